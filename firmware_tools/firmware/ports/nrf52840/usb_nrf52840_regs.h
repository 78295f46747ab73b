/* The nRF52840's registers and fields that the USB driver uses.
 *
 * Each number says where it stands in Nordic's SVD file; a test looks every one up there.
 */
#ifndef USB_NRF52840_REGS_H
#define USB_NRF52840_REGS_H

/* ---- power of the bus, what the boot loader is told, the chip's number ------------------------------------------- */
#define NRF_POWER_EVENTS_USBDETECTED 0x4000011Cu  /* svd: POWER.EVENTS_USBDETECTED */
#define NRF_POWER_EVENTS_USBREMOVED 0x40000120u   /* svd: POWER.EVENTS_USBREMOVED */
#define NRF_POWER_EVENTS_USBPWRRDY 0x40000124u    /* svd: POWER.EVENTS_USBPWRRDY */
#define NRF_POWER_INTENSET 0x40000304u            /* svd: POWER.INTENSET */
#define NRF_POWER_INT_USBDETECTED 0x80u           /* svd: POWER.INTENSET.USBDETECTED */
#define NRF_POWER_INT_USBREMOVED 0x100u           /* svd: POWER.INTENSET.USBREMOVED */
#define NRF_POWER_INT_USBPWRRDY 0x200u            /* svd: POWER.INTENSET.USBPWRRDY */
#define NRF_POWER_USBREGSTATUS 0x40000438u        /* svd: POWER.USBREGSTATUS */
#define NRF_POWER_VBUS 0x1u                       /* svd: POWER.USBREGSTATUS.VBUSDETECT */
#define NRF_POWER_READY 0x2u                      /* svd: POWER.USBREGSTATUS.OUTPUTRDY */
#define NRF_POWER_GPREGRET 0x4000051Cu            /* svd: POWER.GPREGRET */
#define NRF_FICR_DEVICEID 0x10000060u             /* svd: FICR.DEVICEID */

/* ---- USBD: tasks and events ---------------------------------------------------------------------------------------- */
#define NRF_USBD_TASKS_STARTEPIN 0x40027004u    /* svd: USBD.TASKS_STARTEPIN */
#define NRF_USBD_TASKS_STARTEPOUT 0x40027028u   /* svd: USBD.TASKS_STARTEPOUT */
#define NRF_USBD_TASKS_EP0RCVOUT 0x4002704Cu    /* svd: USBD.TASKS_EP0RCVOUT */
#define NRF_USBD_TASKS_EP0STATUS 0x40027050u    /* svd: USBD.TASKS_EP0STATUS */
#define NRF_USBD_TASKS_EP0STALL 0x40027054u     /* svd: USBD.TASKS_EP0STALL */
#define NRF_USBD_EVENTS_USBRESET 0x40027100u    /* svd: USBD.EVENTS_USBRESET */
#define NRF_USBD_EVENTS_ENDEPIN 0x40027108u     /* svd: USBD.EVENTS_ENDEPIN */
#define NRF_USBD_EVENTS_EP0DATADONE 0x40027128u /* svd: USBD.EVENTS_EP0DATADONE */
#define NRF_USBD_EVENTS_ENDEPOUT 0x40027130u    /* svd: USBD.EVENTS_ENDEPOUT */
#define NRF_USBD_EVENTS_USBEVENT 0x40027158u    /* svd: USBD.EVENTS_USBEVENT */
#define NRF_USBD_EVENTS_EP0SETUP 0x4002715Cu    /* svd: USBD.EVENTS_EP0SETUP */
#define NRF_USBD_EVENTS_EPDATA 0x40027160u      /* svd: USBD.EVENTS_EPDATA */
#define NRF_USBD_EP_STEP 0x4u                   /* svd: step USBD.TASKS_STARTEPIN */
#define NRF_USBD_INTENSET 0x40027304u           /* svd: USBD.INTENSET */
#define NRF_USBD_INTENCLR 0x40027308u           /* svd: USBD.INTENCLR */
#define NRF_USBD_INT_USBRESET 0x1u              /* svd: USBD.INTENSET.USBRESET */
#define NRF_USBD_INT_EP0DATADONE 0x400u         /* svd: USBD.INTENSET.EP0DATADONE */
#define NRF_USBD_INT_USBEVENT 0x400000u         /* svd: USBD.INTENSET.USBEVENT */
#define NRF_USBD_INT_EP0SETUP 0x800000u         /* svd: USBD.INTENSET.EP0SETUP */
#define NRF_USBD_INT_EPDATA 0x1000000u          /* svd: USBD.INTENSET.EPDATA */

/* ---- USBD: the rest -------------------------------------------------------------------------------------------------- */
#define NRF_USBD_EVENTCAUSE 0x40027400u      /* svd: USBD.EVENTCAUSE */
#define NRF_USBD_CAUSE_SUSPEND 0x100u        /* svd: USBD.EVENTCAUSE.SUSPEND */
#define NRF_USBD_CAUSE_RESUME 0x200u         /* svd: USBD.EVENTCAUSE.RESUME */
#define NRF_USBD_CAUSE_READY 0x800u          /* svd: USBD.EVENTCAUSE.READY */
#define NRF_USBD_EPDATASTATUS 0x4002746Cu    /* svd: USBD.EPDATASTATUS */
#define NRF_USBD_EPDATA_IN2 0x4u             /* svd: USBD.EPDATASTATUS.EPIN2 */
#define NRF_USBD_EPDATA_OUT2 0x40000u        /* svd: USBD.EPDATASTATUS.EPOUT2 */
#define NRF_USBD_BMREQUESTTYPE 0x40027480u   /* svd: USBD.BMREQUESTTYPE */
#define NRF_USBD_WLENGTHH 0x4002749Cu        /* svd: USBD.WLENGTHH */
#define NRF_USBD_SIZE_EPOUT 0x400274A0u      /* svd: USBD.SIZE.EPOUT */
#define NRF_USBD_ENABLE 0x40027500u          /* svd: USBD.ENABLE */
#define NRF_USBD_ENABLED 0x1u                /* svd: USBD.ENABLE.ENABLE=Enabled */
#define NRF_USBD_USBPULLUP 0x40027504u       /* svd: USBD.USBPULLUP */
#define NRF_USBD_CONNECTED 0x1u              /* svd: USBD.USBPULLUP.CONNECT=Enabled */
#define NRF_USBD_DTOGGLE 0x4002750Cu         /* svd: USBD.DTOGGLE */
#define NRF_USBD_DTOGGLE_DATA0 0x100u        /* svd: USBD.DTOGGLE.VALUE=Data0 */
#define NRF_USBD_EPINEN 0x40027510u          /* svd: USBD.EPINEN */
#define NRF_USBD_IN0 0x1u                    /* svd: USBD.EPINEN.IN0 */
#define NRF_USBD_IN1 0x2u                    /* svd: USBD.EPINEN.IN1 */
#define NRF_USBD_IN2 0x4u                    /* svd: USBD.EPINEN.IN2 */
#define NRF_USBD_EPOUTEN 0x40027514u         /* svd: USBD.EPOUTEN */
#define NRF_USBD_OUT0 0x1u                   /* svd: USBD.EPOUTEN.OUT0 */
#define NRF_USBD_OUT2 0x4u                   /* svd: USBD.EPOUTEN.OUT2 */
#define NRF_USBD_EPSTALL 0x40027518u         /* svd: USBD.EPSTALL */
#define NRF_USBD_EPSTALL_STALL 0x100u        /* svd: USBD.EPSTALL.STALL=Stall */
#define NRF_USBD_EPIN_PTR 0x40027600u        /* svd: USBD.EPIN.PTR */
#define NRF_USBD_EPIN_MAXCNT 0x40027604u     /* svd: USBD.EPIN.MAXCNT */
#define NRF_USBD_EPOUT_PTR 0x40027700u       /* svd: USBD.EPOUT.PTR */
#define NRF_USBD_EPOUT_MAXCNT 0x40027704u    /* svd: USBD.EPOUT.MAXCNT */
#define NRF_USBD_DMA_STEP 0x14u              /* svd: step USBD.EPIN.PTR */

#endif
