/* The registers and fields of an STM32F4 that this port uses, and no others.
 *
 * Each number says where it stands in ST's SVD file of the F429; a test looks every one up there, and in that of the
 * F405 to F417 as far as that names it.
 */
#ifndef STM32_FAMILY_H
#define STM32_FAMILY_H

/* ---- interrupts ------------------------------------------------------------------------------------------------- */
#define STM32_IRQ_MIC_DMA 14u /* svd: irq DMA1_Stream3 */
#define STM32_IRQ_TIM2 28u    /* svd: irq TIM2 */
#define STM32_IRQ_USART1 37u  /* svd: irq USART1 */
#define STM32_IRQ_USART2 38u  /* svd: irq USART2 */

/* ---- clocks and flash ------------------------------------------------------------------------------------------- */
#define STM32_RCC_CR 0x40023800u          /* svd: RCC.CR */
#define STM32_RCC_HSEON 0x10000u          /* svd: RCC.CR.HSEON */
#define STM32_RCC_HSERDY 0x20000u         /* svd: RCC.CR.HSERDY */
#define STM32_RCC_HSEBYP 0x40000u         /* svd: RCC.CR.HSEBYP */
#define STM32_RCC_PLLON 0x1000000u        /* svd: RCC.CR.PLLON */
#define STM32_RCC_PLLRDY 0x2000000u       /* svd: RCC.CR.PLLRDY */
#define STM32_RCC_PLLI2SON 0x4000000u     /* svd: RCC.CR.PLLI2SON */
#define STM32_RCC_PLLI2SRDY 0x8000000u    /* svd: RCC.CR.PLLI2SRDY */
#define STM32_RCC_PLLCFGR 0x40023804u     /* svd: RCC.PLLCFGR */
#define STM32_RCC_PLLN_SHIFT 6u           /* svd: RCC.PLLCFGR.PLLN0@ */
#define STM32_RCC_PLLP_SHIFT 16u          /* svd: RCC.PLLCFGR.PLLP0@ */
#define STM32_RCC_PLLSRC_HSE 0x400000u    /* svd: RCC.PLLCFGR.PLLSRC */
#define STM32_RCC_PLLQ_SHIFT 24u          /* svd: RCC.PLLCFGR.PLLQ0@ */
#define STM32_RCC_CFGR 0x40023808u        /* svd: RCC.CFGR */
#define STM32_RCC_SW_PLL 0x2u             /* svd: RCC.CFGR.SW1 */
#define STM32_RCC_SWS_PLL 0x8u            /* svd: RCC.CFGR.SWS1 */
#define STM32_RCC_PPRE1_SHIFT 10u         /* svd: RCC.CFGR.PPRE1@ */
#define STM32_RCC_PPRE2_SHIFT 13u         /* svd: RCC.CFGR.PPRE2@ */
#define STM32_RCC_AHB1ENR 0x40023830u     /* svd: RCC.AHB1ENR */
#define STM32_RCC_DMA1EN 0x200000u        /* svd: RCC.AHB1ENR.DMA1EN */
#define STM32_RCC_GPIOENR 0x40023830u     /* svd: RCC.AHB1ENR */
#define STM32_RCC_GPIOAEN 0x1u            /* svd: RCC.AHB1ENR.GPIOAEN */
#define STM32_RCC_APB1ENR 0x40023840u     /* svd: RCC.APB1ENR */
#define STM32_RCC_SPI2EN 0x4000u          /* svd: RCC.APB1ENR.SPI2EN */
#define STM32_RCC_PWREN 0x10000000u       /* svd: RCC.APB1ENR.PWREN */
#define STM32_RCC_TIM2ENR 0x40023840u     /* svd: RCC.APB1ENR */
#define STM32_RCC_TIM2EN 0x1u             /* svd: RCC.APB1ENR.TIM2EN */
#define STM32_RCC_USART1ENR 0x40023844u   /* svd: RCC.APB2ENR */
#define STM32_RCC_USART1EN 0x10u          /* svd: RCC.APB2ENR.USART1EN */
#define STM32_RCC_USART2ENR 0x40023840u   /* svd: RCC.APB1ENR */
#define STM32_RCC_USART2EN 0x20000u       /* svd: RCC.APB1ENR.USART2EN */
#define STM32_RCC_PLLI2SCFGR 0x40023884u  /* svd: RCC.PLLI2SCFGR */
#define STM32_RCC_PLLI2SN 0x7FC0u         /* svd: RCC.PLLI2SCFGR.PLLI2SN */
#define STM32_RCC_PLLI2SR 0x70000000u     /* svd: RCC.PLLI2SCFGR.PLLI2SR */
#define STM32_RCC_PLLI2SN_SHIFT 6u        /* svd: RCC.PLLI2SCFGR.PLLI2SN@ */
#define STM32_RCC_PLLI2SR_SHIFT 28u       /* svd: RCC.PLLI2SCFGR.PLLI2SR@ */
#define STM32_PWR_CR 0x40007000u          /* svd: PWR.CR */
#define STM32_PWR_VOS 0xC000u             /* svd: PWR.CR.VOS */
#define STM32_FLASH_ACR 0x40023C00u       /* svd: FLASH.ACR */
#define STM32_FLASH_PRFTEN 0x100u         /* svd: FLASH.ACR.PRFTEN */
#define STM32_FLASH_ICEN 0x200u           /* svd: FLASH.ACR.ICEN */
#define STM32_FLASH_DCEN 0x400u           /* svd: FLASH.ACR.DCEN */
#define STM32_DBGMCU_IDCODE 0xE0042000u   /* svd: DBG.DBGMCU_IDCODE */
#define STM32_DBGMCU_DEV_ID 0xFFFu        /* svd: DBG.DBGMCU_IDCODE.DEV_ID */

/* ---- pins ------------------------------------------------------------------------------------------------------- */
#define STM32_GPIOA_MODER 0x40020000u    /* svd: GPIOA.MODER */
#define STM32_GPIOA_OSPEEDR 0x40020008u  /* svd: GPIOA.OSPEEDR */
#define STM32_GPIOA_PUPDR 0x4002000Cu    /* svd: GPIOA.PUPDR */
#define STM32_GPIOA_AFRL 0x40020020u     /* svd: GPIOA.AFRL */
#define STM32_GPIOA_AFRH 0x40020024u     /* svd: GPIOA.AFRH */
#define STM32_GPIOB_MODER 0x40020400u    /* svd: GPIOB.MODER */

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
#define STM32_USART1_STATUS 0x40011000u   /* svd: USART1.SR */
#define STM32_USART_ORE 0x8u              /* svd: USART1.SR.ORE */
#define STM32_USART_RXNE 0x20u            /* svd: USART1.SR.RXNE */
#define STM32_USART_TXE 0x80u             /* svd: USART1.SR.TXE */
#define STM32_USART1_RECEIVE 0x40011004u  /* svd: USART1.DR */
#define STM32_USART1_SEND 0x40011004u     /* svd: USART1.DR */
#define STM32_USART1_BRR 0x40011008u      /* svd: USART1.BRR */
#define STM32_USART1_CR1 0x4001100Cu      /* svd: USART1.CR1 */
#define STM32_USART_RE 0x4u               /* svd: USART1.CR1.RE */
#define STM32_USART_TE 0x8u               /* svd: USART1.CR1.TE */
#define STM32_USART_RXNEIE 0x20u          /* svd: USART1.CR1.RXNEIE */
#define STM32_USART_UE 0x2000u            /* svd: USART1.CR1.UE */
#define STM32_USART2_CR1 0x4000440Cu      /* svd: USART2.CR1 */

/* ---- SPI2 as I2S ------------------------------------------------------------------------------------------------- */
#define STM32_SPI2_CR2 0x40003804u      /* svd: SPI2.CR2 */
#define STM32_SPI_RXDMAEN 0x1u          /* svd: SPI2.CR2.RXDMAEN */
#define STM32_SPI2_DR 0x4000380Cu       /* svd: SPI2.DR */
#define STM32_SPI2_I2SCFGR 0x4000381Cu  /* svd: SPI2.I2SCFGR */
#define STM32_I2S_CHLEN_32 0x1u         /* svd: SPI2.I2SCFGR.CHLEN */
#define STM32_I2S_DATLEN_SHIFT 1u       /* svd: SPI2.I2SCFGR.DATLEN@ */
#define STM32_I2S_RECEIVE 0x300u        /* svd: SPI2.I2SCFGR.I2SCFG */
#define STM32_I2S_E 0x400u              /* svd: SPI2.I2SCFGR.I2SE */
#define STM32_I2S_MOD 0x800u            /* svd: SPI2.I2SCFGR.I2SMOD */
#define STM32_SPI2_I2SPR 0x40003820u    /* svd: SPI2.I2SPR */

/* ---- DMA1, stream 3 ----------------------------------------------------------------------------------------------- */
#define STM32_DMA_LIFCR 0x40026008u    /* svd: DMA1.LIFCR */
#define STM32_DMA_CFEIF 0x400000u      /* svd: DMA1.LIFCR.CFEIF3 */
#define STM32_DMA_CDMEIF 0x1000000u    /* svd: DMA1.LIFCR.CDMEIF3 */
#define STM32_DMA_CTEIF 0x2000000u     /* svd: DMA1.LIFCR.CTEIF3 */
#define STM32_DMA_CHTIF 0x4000000u     /* svd: DMA1.LIFCR.CHTIF3 */
#define STM32_DMA_CTCIF 0x8000000u     /* svd: DMA1.LIFCR.CTCIF3 */
#define STM32_DMA_CR 0x40026058u       /* svd: DMA1.S3CR */
#define STM32_DMA_EN 0x1u              /* svd: DMA1.S3CR.EN */
#define STM32_DMA_HTIE 0x8u            /* svd: DMA1.S3CR.HTIE */
#define STM32_DMA_TCIE 0x10u           /* svd: DMA1.S3CR.TCIE */
#define STM32_DMA_CIRC 0x100u          /* svd: DMA1.S3CR.CIRC */
#define STM32_DMA_MINC 0x400u          /* svd: DMA1.S3CR.MINC */
#define STM32_DMA_PSIZE_SHIFT 11u      /* svd: DMA1.S3CR.PSIZE@ */
#define STM32_DMA_MSIZE_SHIFT 13u      /* svd: DMA1.S3CR.MSIZE@ */
#define STM32_DMA_PRIORITY 0x30000u    /* svd: DMA1.S3CR.PL */
#define STM32_DMA_NDTR 0x4002605Cu     /* svd: DMA1.S3NDTR */
#define STM32_DMA_PAR 0x40026060u      /* svd: DMA1.S3PAR */
#define STM32_DMA_MAR 0x40026064u      /* svd: DMA1.S3M0AR */

#endif
