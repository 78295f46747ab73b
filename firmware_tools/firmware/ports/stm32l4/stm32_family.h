/* The registers and fields of an STM32L4 that this port uses, and no others.
 *
 * Each number says where it stands in ST's SVD file of the L4x5; a test looks every one up there.
 */
#ifndef STM32_FAMILY_H
#define STM32_FAMILY_H

/* ---- interrupts ------------------------------------------------------------------------------------------------- */
#define STM32_IRQ_MIC_DMA 14u /* svd: irq DMA1_Channel4 */
#define STM32_IRQ_TIM2 28u    /* svd: irq TIM2 */
#define STM32_IRQ_USART1 37u  /* svd: irq USART1 */
#define STM32_IRQ_USART2 38u  /* svd: irq USART2 */

/* ---- clocks and flash ------------------------------------------------------------------------------------------- */
#define STM32_RCC_CR 0x40021000u         /* svd: RCC.CR */
#define STM32_RCC_MSIPLLEN 0x4u          /* svd: RCC.CR.MSIPLLEN */
#define STM32_RCC_HSION 0x100u           /* svd: RCC.CR.HSION */
#define STM32_RCC_HSIRDY 0x400u          /* svd: RCC.CR.HSIRDY */
#define STM32_RCC_PLLON 0x1000000u       /* svd: RCC.CR.PLLON */
#define STM32_RCC_PLLRDY 0x2000000u      /* svd: RCC.CR.PLLRDY */
#define STM32_RCC_CFGR 0x40021008u       /* svd: RCC.CFGR */
#define STM32_RCC_SW 0x3u                /* svd: RCC.CFGR.SW */
#define STM32_RCC_SWS_SHIFT 2u           /* svd: RCC.CFGR.SWS@ */
#define STM32_RCC_PLLCFGR 0x4002100Cu    /* svd: RCC.PLLCFGR */
#define STM32_RCC_PLLSRC_SHIFT 0u        /* svd: RCC.PLLCFGR.PLLSRC@ */
#define STM32_RCC_PLLN_SHIFT 8u          /* svd: RCC.PLLCFGR.PLLN@ */
#define STM32_RCC_PLLREN 0x1000000u      /* svd: RCC.PLLCFGR.PLLREN */
#define STM32_RCC_AHB1ENR 0x40021048u    /* svd: RCC.AHB1ENR */
#define STM32_RCC_DMA1EN 0x1u            /* svd: RCC.AHB1ENR.DMA1EN */
#define STM32_RCC_GPIOENR 0x4002104Cu    /* svd: RCC.AHB2ENR */
#define STM32_RCC_GPIOAEN 0x1u           /* svd: RCC.AHB2ENR.GPIOAEN */
#define STM32_RCC_APB1ENR 0x40021058u    /* svd: RCC.APB1ENR1 */
#define STM32_RCC_PWREN 0x10000000u      /* svd: RCC.APB1ENR1.PWREN */
#define STM32_RCC_TIM2ENR 0x40021058u    /* svd: RCC.APB1ENR1 */
#define STM32_RCC_TIM2EN 0x1u            /* svd: RCC.APB1ENR1.TIM2EN */
#define STM32_RCC_USART2ENR 0x40021058u  /* svd: RCC.APB1ENR1 */
#define STM32_RCC_USART2EN 0x20000u      /* svd: RCC.APB1ENR1.USART2EN */
#define STM32_RCC_USART1ENR 0x40021060u  /* svd: RCC.APB2ENR */
#define STM32_RCC_USART1EN 0x4000u       /* svd: RCC.APB2ENR.USART1EN */
#define STM32_RCC_APB2ENR 0x40021060u    /* svd: RCC.APB2ENR */
#define STM32_RCC_DFSDMEN 0x1000000u     /* svd: RCC.APB2ENR.DFSDMEN */
#define STM32_RCC_BDCR 0x40021090u       /* svd: RCC.BDCR */
#define STM32_RCC_LSEON 0x1u             /* svd: RCC.BDCR.LSEON */
#define STM32_RCC_LSERDY 0x2u            /* svd: RCC.BDCR.LSERDY */
#define STM32_RCC_LSEDRV 0x18u           /* svd: RCC.BDCR.LSEDRV */
#define STM32_PWR_CR1 0x40007000u        /* svd: PWR.CR1 */
#define STM32_PWR_DBP 0x100u             /* svd: PWR.CR1.DBP */
#define STM32_FLASH_ACR 0x40022000u      /* svd: FLASH.ACR */
#define STM32_FLASH_LATENCY 0x7u         /* svd: FLASH.ACR.LATENCY */
#define STM32_FLASH_PRFTEN 0x100u        /* svd: FLASH.ACR.PRFTEN */
#define STM32_FLASH_ICEN 0x200u          /* svd: FLASH.ACR.ICEN */
#define STM32_FLASH_DCEN 0x400u          /* svd: FLASH.ACR.DCEN */

/* ---- pins ------------------------------------------------------------------------------------------------------- */
#define STM32_GPIOA_MODER 0x48000000u    /* svd: GPIOA.MODER */
#define STM32_GPIOA_OSPEEDR 0x48000008u  /* svd: GPIOA.OSPEEDR */
#define STM32_GPIOA_PUPDR 0x4800000Cu    /* svd: GPIOA.PUPDR */
#define STM32_GPIOA_AFRL 0x48000020u     /* svd: GPIOA.AFRL */
#define STM32_GPIOA_AFRH 0x48000024u     /* svd: GPIOA.AFRH */
#define STM32_GPIOB_MODER 0x48000400u    /* svd: GPIOB.MODER */

/* ---- TIM2 ------------------------------------------------------------------------------------------------------- */
#define STM32_TIM2_CR1 0x40000000u   /* svd: TIM2.CR1 */
#define STM32_TIM2_CEN 0x1u          /* svd: TIM2.CR1.CEN */
#define STM32_TIM2_URS 0x4u          /* svd: TIM2.CR1.URS */
#define STM32_TIM2_DIER 0x4000000Cu  /* svd: TIM2.DIER */
#define STM32_TIM2_UIE 0x1u          /* svd: TIM2.DIER.UIE */
#define STM32_TIM2_SR 0x40000010u    /* svd: TIM2.SR */
#define STM32_TIM2_UIF 0x1u          /* svd: TIM2.SR.UIF */
#define STM32_TIM2_EGR 0x40000014u   /* svd: TIM2.EGR */
#define STM32_TIM2_UG 0x1u           /* svd: TIM2.EGR.UG */
#define STM32_TIM2_CNT 0x40000024u   /* svd: TIM2.CNT */
#define STM32_TIM2_PSC 0x40000028u   /* svd: TIM2.PSC */
#define STM32_TIM2_ARR 0x4000002Cu   /* svd: TIM2.ARR */

/* ---- USART ------------------------------------------------------------------------------------------------------ */
#define STM32_USART1_CR1 0x40013800u      /* svd: USART1.CR1 */
#define STM32_USART_UE 0x1u               /* svd: USART1.CR1.UE */
#define STM32_USART_RE 0x4u               /* svd: USART1.CR1.RE */
#define STM32_USART_TE 0x8u               /* svd: USART1.CR1.TE */
#define STM32_USART_RXNEIE 0x20u          /* svd: USART1.CR1.RXNEIE */
#define STM32_USART1_BRR 0x4001380Cu      /* svd: USART1.BRR */
#define STM32_USART1_STATUS 0x4001381Cu   /* svd: USART1.ISR */
#define STM32_USART_ORE 0x8u              /* svd: USART1.ISR.ORE */
#define STM32_USART_RXNE 0x20u            /* svd: USART1.ISR.RXNE */
#define STM32_USART_TXE 0x80u             /* svd: USART1.ISR.TXE */
#define STM32_USART1_ICR 0x40013820u      /* svd: USART1.ICR */
#define STM32_USART_ORECF 0x8u            /* svd: USART1.ICR.ORECF */
#define STM32_USART1_RECEIVE 0x40013824u  /* svd: USART1.RDR */
#define STM32_USART1_SEND 0x40013828u     /* svd: USART1.TDR */
#define STM32_USART2_CR1 0x40004400u      /* svd: USART2.CR1 */

/* ---- DFSDM: channels, and filter 0 -------------------------------------------------------------------------------- */
#define STM32_DFSDM_CH0CFGR1 0x40016000u      /* svd: DFSDM.CHCFG0R1 */
#define STM32_DFSDM_CKOUTDIV_SHIFT 16u        /* svd: DFSDM.CHCFG0R1.CKOUTDIV@ */
#define STM32_DFSDM_DFSDMEN 0x80000000u       /* svd: DFSDM.CHCFG0R1.DFSDMEN */
#define STM32_DFSDM_CH1CFGR1 0x40016020u      /* svd: DFSDM.CHCFG1R1 */
#define STM32_DFSDM_CHEN 0x80u                /* svd: DFSDM.CHCFG2R1.CHEN */
#define STM32_DFSDM_SPICKSEL_SHIFT 2u         /* svd: DFSDM.CHCFG2R1.SPICKSEL@ */
#define STM32_DFSDM_SITP_SHIFT 0u             /* svd: DFSDM.CHCFG2R1.SITP@ */
#define STM32_DFSDM_CH0CFGR2 0x40016004u      /* svd: DFSDM.CHCFG0R2 */
#define STM32_DFSDM_FLT0CR1 0x40016100u       /* svd: DFSDM.DFSDM0_CR1 */
#define STM32_DFSDM_DFEN 0x1u                 /* svd: DFSDM.DFSDM0_CR1.DFEN */
#define STM32_DFSDM_RSWSTART 0x20000u         /* svd: DFSDM.DFSDM0_CR1.RSWSTART */
#define STM32_DFSDM_RCONT 0x40000u            /* svd: DFSDM.DFSDM0_CR1.RCONT */
#define STM32_DFSDM_RDMAEN 0x200000u          /* svd: DFSDM.DFSDM0_CR1.RDMAEN */
#define STM32_DFSDM_RCH_SHIFT 24u             /* svd: DFSDM.DFSDM0_CR1.RCH@ */
#define STM32_DFSDM_FAST 0x20000000u          /* svd: DFSDM.DFSDM0_CR1.FAST */
#define STM32_DFSDM_FLT0FCR 0x40016114u       /* svd: DFSDM.DFSDM0_FCR */
#define STM32_DFSDM_FOSR_SHIFT 16u            /* svd: DFSDM.DFSDM0_FCR.FOSR@ */
#define STM32_DFSDM_FORD_SHIFT 29u            /* svd: DFSDM.DFSDM0_FCR.FORD@ */
#define STM32_DFSDM_FLT0RDATAR 0x4001611Cu    /* svd: DFSDM.DFSDM0_RDATAR */
#define STM32_DFSDM_RDATA_SHIFT 8u            /* svd: DFSDM.DFSDM0_RDATAR.RDATA@ */

/* ---- DMA1, channel 4 ---------------------------------------------------------------------------------------------- */
#define STM32_DMA_IFCR 0x40020004u    /* svd: DMA1.IFCR */
#define STM32_DMA_CGIF 0x1000u        /* svd: DMA1.IFCR.CGIF4 */
#define STM32_DMA_CR 0x40020044u      /* svd: DMA1.CCR4 */
#define STM32_DMA_EN 0x1u             /* svd: DMA1.CCR4.EN */
#define STM32_DMA_TCIE 0x2u           /* svd: DMA1.CCR4.TCIE */
#define STM32_DMA_HTIE 0x4u           /* svd: DMA1.CCR4.HTIE */
#define STM32_DMA_CIRC 0x20u          /* svd: DMA1.CCR4.CIRC */
#define STM32_DMA_MINC 0x80u          /* svd: DMA1.CCR4.MINC */
#define STM32_DMA_PSIZE_SHIFT 8u      /* svd: DMA1.CCR4.PSIZE@ */
#define STM32_DMA_MSIZE_SHIFT 10u     /* svd: DMA1.CCR4.MSIZE@ */
#define STM32_DMA_PRIORITY 0x3000u    /* svd: DMA1.CCR4.PL */
#define STM32_DMA_NDTR 0x40020048u    /* svd: DMA1.CNDTR4 */
#define STM32_DMA_PAR 0x4002004Cu     /* svd: DMA1.CPAR4 */
#define STM32_DMA_MAR 0x40020050u     /* svd: DMA1.CMAR4 */
#define STM32_DMA_CSELR 0x400200A8u   /* svd: DMA1.CSELR */
#define STM32_DMA_C4S 0xF000u         /* svd: DMA1.CSELR.C4S */

#endif
