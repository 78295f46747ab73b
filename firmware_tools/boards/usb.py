"""What a USB identity stands for: boards and serial chips that people have, and what their users should know."""

from __future__ import annotations

from dataclasses import dataclass

_BOOTLOADER = "it waits in its bootloader: flash it, or press reset once"


@dataclass(frozen=True)
class UsbBoard:
    """What a USB identity stands for.

    Attributes:
        name: the board, or the serial chip on many boards.
        note: what its user should know; empty when there is nothing.
        resets_on_open: opening the port pulls DTR, which is wired to the board's reset.
        any_device: a chip that printers, meters and modems have too: its port is not opened unasked.
    """

    name: str
    note: str = ""
    resets_on_open: bool = False
    any_device: bool = False


#: ``vvvv:pppp`` -> what it is. Identities as commonly known; not each was checked on hardware.
USB_BOARDS: dict[str, UsbBoard] = {
    "2341:805a": UsbBoard("Arduino Nano 33 BLE Sense"),
    "2341:005a": UsbBoard("Arduino Nano 33 BLE Sense", _BOOTLOADER),
    "2341:8057": UsbBoard("Arduino Nano 33 IoT"),
    "2341:0057": UsbBoard("Arduino Nano 33 IoT", _BOOTLOADER),
    "2341:005e": UsbBoard("Arduino Nano RP2040 Connect", "flashed over this port, or as a USB drive"),
    "2341:804f": UsbBoard("Arduino MKR Zero"),
    "2341:025b": UsbBoard("Arduino Portenta H7"),
    "2341:035b": UsbBoard("Arduino Portenta H7", _BOOTLOADER),
    "2341:0043": UsbBoard("Arduino Uno", "too small for a detector", resets_on_open=True, any_device=True),
    "2341:0042": UsbBoard(
        "Arduino Mega 2560", "too small for a keyword detector", resets_on_open=True, any_device=True
    ),
    "2e8a:0003": UsbBoard(
        "Raspberry Pi RP2040", "it waits as a USB drive for a .uf2: copy one, or replug without BOOTSEL"
    ),
    "2e8a:000f": UsbBoard(
        "Raspberry Pi RP2350", "it waits as a USB drive for a .uf2: copy one, or replug without BOOTSEL"
    ),
    "2e8a:0005": UsbBoard("Raspberry Pi Pico", "it runs MicroPython, not kws: flash it"),
    "2e8a:000a": UsbBoard("Raspberry Pi Pico"),
    "2e8a:0009": UsbBoard("Raspberry Pi Pico 2"),
    "2e8a:000c": UsbBoard("Raspberry Pi Debug Probe"),
    "303a:1001": UsbBoard("ESP32-S3/C3 with built-in USB", resets_on_open=True),
    "303a:0002": UsbBoard("ESP32-S2", _BOOTLOADER),
    "10c4:ea60": UsbBoard("CP210x serial chip (many ESP32 boards)", resets_on_open=True, any_device=True),
    "1a86:7523": UsbBoard("CH340 serial chip", "unreliable above 921,600 baud", resets_on_open=True, any_device=True),
    "1a86:55d4": UsbBoard("CH9102 serial chip", resets_on_open=True, any_device=True),
    "0403:6001": UsbBoard("FT232R serial chip", resets_on_open=True, any_device=True),
    "0403:6010": UsbBoard("FT2232 serial chip", "it has two ports: the second is the UART", any_device=True),
    "0403:6015": UsbBoard("FT231X serial chip", resets_on_open=True, any_device=True),
    "067b:2303": UsbBoard("PL2303 serial chip", any_device=True),
    "0483:374b": UsbBoard("ST-LINK/V2-1 (Nucleo, Discovery)"),
    "0483:374e": UsbBoard("STLINK-V3"),
    "0483:374f": UsbBoard("STLINK-V3"),
    "0483:5740": UsbBoard("STM32 with built-in USB"),
    "0483:df11": UsbBoard("STM32", "it waits in DFU mode: flash it, or reset with BOOT0 low"),
    "0d28:0204": UsbBoard("BBC micro:bit or DAPLink probe", "its serial chip holds 115,200 baud"),
    "1366:0105": UsbBoard("SEGGER J-Link with serial port (Nordic DK)"),
    "1366:1015": UsbBoard("SEGGER J-Link with serial port (Nordic DK)"),
    "1366:1051": UsbBoard("SEGGER J-Link with serial port (Nordic DK)"),
    "16c0:0483": UsbBoard("Teensy"),
    "2886:8045": UsbBoard("Seeed XIAO nRF52840 Sense"),
    "2886:0045": UsbBoard("Seeed XIAO nRF52840 Sense", _BOOTLOADER),
    "2886:802d": UsbBoard("Seeed Wio Terminal"),
    "239a:8029": UsbBoard("Adafruit Feather nRF52840"),
    "239a:0029": UsbBoard("Adafruit Feather nRF52840", _BOOTLOADER),
}


def usb_board(usb_id: str) -> UsbBoard | None:
    """What ``vvvv:pppp`` stands for, or None when nobody has written it down."""
    return USB_BOARDS.get(usb_id.lower())
