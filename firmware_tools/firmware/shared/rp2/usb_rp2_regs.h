/* The registers of the RP2040 and the RP2350 that the USB driver uses, each group with its section of the RP2040 Datasheet. */
#ifndef KWS_USB_RP2_REGS_H
#define KWS_USB_RP2_REGS_H

/* 4.1.3.3 Dual-port RAM of the controller, device mode: the SETUP packet, settings and state of each endpoint, data.
 * There is a word of settings for IN and one for OUT, from endpoint 1 on; one of state for each, from endpoint 0 on. */
#define USB_SETUP 0x50100000u
#define USB_EP_SETTINGS(number, out) (0x50100000u + 8u * (number) + ((out) ? 4u : 0u))
#define USB_EP_STATE(number, out) (0x50100080u + 8u * (number) + ((out) ? 4u : 0u))
#define USB_MEMORY 0x50100000u
#define USB_CONTROL_BUFFER 0x100u /* of endpoint 0, both ways: where the controller has it; offsets in USB_MEMORY */
#define USB_IN_BUFFER 0x180u
#define USB_OUT_BUFFER 0x1C0u
#define USB_NOTIFY_BUFFER 0x200u

#define EP_ENABLE (1u << 31)
#define EP_INTERRUPT (1u << 29) /* for each buffer */
#define EP_TYPE_BULK (2u << 26)
#define EP_TYPE_INTERRUPT (3u << 26)

#define STATE_FULL (1u << 15)
#define STATE_DATA1 (1u << 13)
#define STATE_STALL (1u << 11)
#define STATE_AVAILABLE (1u << 10)
#define STATE_LENGTH 0x3FFu

/* 4.1.4 Registers of the controller */
#define USB_ADDRESS 0x50110000u
#define USB_MAIN_CTRL 0x50110040u
#define USB_SOF_RD 0x50110048u /* reading it takes USB_INT_SOF back */
#define USB_SIE_CTRL 0x5011004Cu
#define USB_SIE_STATUS 0x50110050u
#define USB_BUFF_STATUS 0x50110058u
#define USB_STALL_ARM 0x50110068u
#define USB_MUXING 0x50110074u
#define USB_PWR 0x50110078u
#define USB_INTE 0x50110090u
#define USB_INTS 0x50110098u

#define USB_MAIN_CTRL_ENABLE (1u << 0)
#define USB_SIE_CTRL_EP0_INTERRUPT (1u << 29)
#define USB_SIE_CTRL_PULLUP (1u << 16)
#define USB_SIE_STATUS_SUSPENDED (1u << 4)
#define USB_SIE_STATUS_RESUME (1u << 11)
#define USB_SIE_STATUS_SETUP (1u << 17)
#define USB_SIE_STATUS_RESET (1u << 19)
#define USB_BUFF(number, out) (1u << (2u * (number) + ((out) ? 1u : 0u)))
#define USB_STALL_ARM_EP0 3u /* IN and OUT */
#define USB_MUXING_PHY (1u << 0)
#define USB_MUXING_SOFTCON (1u << 3)
#define USB_PWR_VBUS_DETECT (1u << 2)
#define USB_PWR_VBUS_OVERRIDE (1u << 3)
#define USB_INT_BUFF_STATUS (1u << 4)
#define USB_INT_RESET (1u << 12)
#define USB_INT_SUSPEND (1u << 14)
#define USB_INT_RESUME (1u << 15)
#define USB_INT_SETUP (1u << 16)
#define USB_INT_SOF (1u << 17)
#define USB_INT_ALL (USB_INT_BUFF_STATUS | USB_INT_RESET | USB_INT_SUSPEND | USB_INT_RESUME | USB_INT_SETUP | USB_INT_SOF)

#endif
