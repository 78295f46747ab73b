/* The nRF52840's registers and fields that this port uses, and no others.
 *
 * Each number says where it stands in Nordic's SVD file; a test looks every one up there. Addresses are whole, so that
 * nothing has to be added; elements of an array lie a named step apart.
 */
#ifndef NRF52840_H
#define NRF52840_H

/* ---- interrupts ------------------------------------------------------------------------------------------------ */
#define NRF_IRQ_POWER_CLOCK 0u /* svd: irq POWER_CLOCK */
#define NRF_IRQ_UARTE0 2u      /* svd: irq UARTE0_UART0 */
#define NRF_IRQ_TIMER0 8u      /* svd: irq TIMER0 */
#define NRF_IRQ_PDM 29u        /* svd: irq PDM */
#define NRF_IRQ_USBD 39u       /* svd: irq USBD */

/* ---- clocks and flash ------------------------------------------------------------------------------------------ */
#define NRF_CLOCK_TASKS_HFCLKSTART 0x40000000u     /* svd: CLOCK.TASKS_HFCLKSTART */
#define NRF_CLOCK_EVENTS_HFCLKSTARTED 0x40000100u  /* svd: CLOCK.EVENTS_HFCLKSTARTED */
#define NRF_NVMC_ICACHECNF 0x4001E540u             /* svd: NVMC.ICACHECNF */
#define NRF_ICACHE_ON 0x1u                         /* svd: NVMC.ICACHECNF.CACHEEN=Enabled */

/* ---- pins ------------------------------------------------------------------------------------------------------ */
#define NRF_P0_OUTSET 0x50000508u   /* svd: P0.OUTSET */
#define NRF_P0_OUTCLR 0x5000050Cu   /* svd: P0.OUTCLR */
#define NRF_P0_PIN_CNF 0x50000700u  /* svd: P0.PIN_CNF */
#define NRF_P1_OUTSET 0x50000808u   /* svd: P1.OUTSET */
#define NRF_P1_OUTCLR 0x5000080Cu   /* svd: P1.OUTCLR */
#define NRF_P1_PIN_CNF 0x50000A00u  /* svd: P1.PIN_CNF */
#define NRF_PIN_CNF_STEP 0x4u       /* svd: step P0.PIN_CNF */
#define NRF_PIN_OUTPUT 0x1u         /* svd: P0.PIN_CNF.DIR=Output */
#define NRF_PIN_NO_INPUT 0x2u       /* svd: P0.PIN_CNF.INPUT=Disconnect */
#define NRF_PIN_PULL_UP 0xCu        /* svd: P0.PIN_CNF.PULL=Pullup */
#define NRF_PIN_STRONG 0x300u       /* svd: P0.PIN_CNF.DRIVE=H0H1 */

/* ---- TIMER0: microseconds; TIMER1: received bytes; TIMER2: filled buffers of the microphone ---------------------- */
#define NRF_TIMER0 0x40008000u                 /* svd: TIMER0 */
#define NRF_TIMER1 0x40009000u                 /* svd: TIMER1 */
#define NRF_TIMER2 0x4000A000u                 /* svd: TIMER2 */
#define NRF_TIMER0_TASKS_START 0x40008000u     /* svd: TIMER0.TASKS_START */
#define NRF_TIMER0_TASKS_STOP 0x40008004u      /* svd: TIMER0.TASKS_STOP */
#define NRF_TIMER0_TASKS_COUNT 0x40008008u     /* svd: TIMER0.TASKS_COUNT */
#define NRF_TIMER0_TASKS_CLEAR 0x4000800Cu     /* svd: TIMER0.TASKS_CLEAR */
#define NRF_TIMER0_TASKS_CAPTURE 0x40008040u   /* svd: TIMER0.TASKS_CAPTURE */
#define NRF_TIMER0_EVENTS_COMPARE 0x40008140u  /* svd: TIMER0.EVENTS_COMPARE */
#define NRF_TIMER0_INTENSET 0x40008304u        /* svd: TIMER0.INTENSET */
#define NRF_TIMER0_INTENCLR 0x40008308u        /* svd: TIMER0.INTENCLR */
#define NRF_TIMER0_MODE 0x40008504u            /* svd: TIMER0.MODE */
#define NRF_TIMER0_BITMODE 0x40008508u         /* svd: TIMER0.BITMODE */
#define NRF_TIMER0_PRESCALER 0x40008510u       /* svd: TIMER0.PRESCALER */
#define NRF_TIMER0_CC 0x40008540u              /* svd: TIMER0.CC */
#define NRF_TIMER_CC_STEP 0x4u                 /* svd: step TIMER0.CC */
#define NRF_TIMER_COUNTER 0x2u                 /* svd: TIMER0.MODE.MODE=LowPowerCounter */
#define NRF_TIMER_TIMER 0x0u                   /* svd: TIMER0.MODE.MODE=Timer */
#define NRF_TIMER_32_BIT 0x3u                  /* svd: TIMER0.BITMODE.BITMODE=32Bit */
#define NRF_TIMER_INT_COMPARE0 0x10000u        /* svd: TIMER0.INTENSET.COMPARE0 */

/* ---- PPI: an event starts a task, without the core ---------------------------------------------------------------- */
#define NRF_PPI_CHENSET 0x4001F504u  /* svd: PPI.CHENSET */
#define NRF_PPI_CHENCLR 0x4001F508u  /* svd: PPI.CHENCLR */
#define NRF_PPI_CH_EEP 0x4001F510u   /* svd: PPI.CH.EEP */
#define NRF_PPI_CH_TEP 0x4001F514u   /* svd: PPI.CH.TEP */
#define NRF_PPI_CH0 0x1u             /* svd: PPI.CHENSET.CH0 */
#define NRF_PPI_CH1 0x2u             /* svd: PPI.CHENSET.CH1 */
#define NRF_PPI_CH_STEP 0x8u         /* svd: step PPI.CH.EEP */

/* ---- UARTE0 ---------------------------------------------------------------------------------------------------- */
#define NRF_UARTE0_TASKS_STARTRX 0x40002000u     /* svd: UARTE0.TASKS_STARTRX */
#define NRF_UARTE0_TASKS_STARTTX 0x40002008u     /* svd: UARTE0.TASKS_STARTTX */
#define NRF_UARTE0_EVENTS_RXDRDY 0x40002108u     /* svd: UARTE0.EVENTS_RXDRDY */
#define NRF_UARTE0_EVENTS_ENDTX 0x40002120u      /* svd: UARTE0.EVENTS_ENDTX */
#define NRF_UARTE0_EVENTS_RXSTARTED 0x4000214Cu  /* svd: UARTE0.EVENTS_RXSTARTED */
#define NRF_UARTE0_SHORTS 0x40002200u            /* svd: UARTE0.SHORTS */
#define NRF_UARTE0_INTENSET 0x40002304u          /* svd: UARTE0.INTENSET */
#define NRF_UARTE0_INTENCLR 0x40002308u          /* svd: UARTE0.INTENCLR */
#define NRF_UARTE0_ENABLE 0x40002500u            /* svd: UARTE0.ENABLE */
#define NRF_UARTE0_PSEL_TXD 0x4000250Cu          /* svd: UARTE0.PSEL.TXD */
#define NRF_UARTE0_PSEL_RXD 0x40002514u          /* svd: UARTE0.PSEL.RXD */
#define NRF_UARTE0_BAUDRATE 0x40002524u          /* svd: UARTE0.BAUDRATE */
#define NRF_UARTE0_RXD_PTR 0x40002534u           /* svd: UARTE0.RXD.PTR */
#define NRF_UARTE0_RXD_MAXCNT 0x40002538u        /* svd: UARTE0.RXD.MAXCNT */
#define NRF_UARTE0_TXD_PTR 0x40002544u           /* svd: UARTE0.TXD.PTR */
#define NRF_UARTE0_TXD_MAXCNT 0x40002548u        /* svd: UARTE0.TXD.MAXCNT */
#define NRF_UARTE0_CONFIG 0x4000256Cu            /* svd: UARTE0.CONFIG */
#define NRF_UARTE_ENABLED 0x8u                   /* svd: UARTE0.ENABLE.ENABLE=Enabled */
#define NRF_UARTE_INT_RXDRDY 0x4u                /* svd: UARTE0.INTENSET.RXDRDY */
#define NRF_UARTE_INT_ENDTX 0x100u               /* svd: UARTE0.INTENSET.ENDTX */
#define NRF_UARTE_INT_RXSTARTED 0x80000u         /* svd: UARTE0.INTENSET.RXSTARTED */
#define NRF_UARTE_ENDRX_STARTRX 0x20u            /* svd: UARTE0.SHORTS.ENDRX_STARTRX */
#define NRF_UARTE_115200 0x01D60000u             /* svd: UARTE0.BAUDRATE.BAUDRATE=Baud115200 */
#define NRF_UARTE_230400 0x03B00000u             /* svd: UARTE0.BAUDRATE.BAUDRATE=Baud230400 */
#define NRF_UARTE_460800 0x07400000u             /* svd: UARTE0.BAUDRATE.BAUDRATE=Baud460800 */
#define NRF_UARTE_921600 0x0F000000u             /* svd: UARTE0.BAUDRATE.BAUDRATE=Baud921600 */
#define NRF_UARTE_1M 0x10000000u                 /* svd: UARTE0.BAUDRATE.BAUDRATE=Baud1M */

/* ---- PDM ------------------------------------------------------------------------------------------------------- */
#define NRF_PDM_TASKS_START 0x4001D000u     /* svd: PDM.TASKS_START */
#define NRF_PDM_TASKS_STOP 0x4001D004u      /* svd: PDM.TASKS_STOP */
#define NRF_PDM_EVENTS_STARTED 0x4001D100u  /* svd: PDM.EVENTS_STARTED */
#define NRF_PDM_EVENTS_STOPPED 0x4001D104u  /* svd: PDM.EVENTS_STOPPED */
#define NRF_PDM_EVENTS_END 0x4001D108u      /* svd: PDM.EVENTS_END */
#define NRF_PDM_INTENSET 0x4001D304u        /* svd: PDM.INTENSET */
#define NRF_PDM_INTENCLR 0x4001D308u        /* svd: PDM.INTENCLR */
#define NRF_PDM_ENABLE 0x4001D500u          /* svd: PDM.ENABLE */
#define NRF_PDM_PDMCLKCTRL 0x4001D504u      /* svd: PDM.PDMCLKCTRL */
#define NRF_PDM_MODE 0x4001D508u            /* svd: PDM.MODE */
#define NRF_PDM_GAINL 0x4001D518u           /* svd: PDM.GAINL */
#define NRF_PDM_GAINR 0x4001D51Cu           /* svd: PDM.GAINR */
#define NRF_PDM_RATIO 0x4001D520u           /* svd: PDM.RATIO */
#define NRF_PDM_PSEL_CLK 0x4001D540u        /* svd: PDM.PSEL.CLK */
#define NRF_PDM_PSEL_DIN 0x4001D544u        /* svd: PDM.PSEL.DIN */
#define NRF_PDM_SAMPLE_PTR 0x4001D560u      /* svd: PDM.SAMPLE.PTR */
#define NRF_PDM_SAMPLE_MAXCNT 0x4001D564u   /* svd: PDM.SAMPLE.MAXCNT */
#define NRF_PDM_ENABLED 0x1u                /* svd: PDM.ENABLE.ENABLE=Enabled */
#define NRF_PDM_INT_STARTED 0x1u            /* svd: PDM.INTENSET.STARTED */
#define NRF_PDM_CLK_1280K 0x0A000000u       /* svd: PDM.PDMCLKCTRL.FREQ=1280K */
#define NRF_PDM_RATIO_80 0x1u               /* svd: PDM.RATIO.RATIO=Ratio80 */
#define NRF_PDM_MONO 0x1u                   /* svd: PDM.MODE.OPERATION=Mono */
#define NRF_PDM_LEFT_FALLING 0x0u           /* svd: PDM.MODE.EDGE=LeftFalling */
#define NRF_PDM_GAIN_0_DB 0x28u             /* svd: PDM.GAINL.GAINL=DefaultGain */

#endif
