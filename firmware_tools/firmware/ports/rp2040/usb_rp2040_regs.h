/* What only the RP2040 has of what the USB line needs: the flash's serial number, and the ROM's drive. */
#ifndef KWS_USB_RP2040_REGS_H
#define KWS_USB_RP2040_REGS_H

/* 4.10.13 SSI, which reads the flash */
#define SSI_CTRLR0 0x18000000u
#define SSI_CTRLR1 0x18000004u
#define SSI_SSIENR 0x18000008u
#define SSI_SER 0x18000010u
#define SSI_BAUDR 0x18000014u
#define SSI_SR 0x18000028u
#define SSI_DR0 0x18000060u
#define SSI_CTRLR0_BYTES (7u << 16) /* frames of 8 bits, sent and received */
#define SSI_SR_ROOM (1u << 1)
#define SSI_SR_RECEIVED (1u << 3)

/* 2.19.6 IO_QSPI: the flash's select line, by hand */
#define IO_QSPI_SS_CTRL 0x4001800Cu
#define IO_QSPI_SS_OVERRIDE (3u << 8)
#define IO_QSPI_SS_LOW (2u << 8)
#define IO_QSPI_SS_HIGH (3u << 8)

/* 2.8.3 Boot ROM */
#define ROM_MAGIC 0x10u /* 'M', 'u', 1 */
#define ROM_FUNCTIONS 0x14u
#define ROM_LOOKUP 0x18u

#endif
