"""The checker of register headers finds what is wrong in one (``tests/parts/svd.py``)."""

import xml.etree.ElementTree as ET

import pytest
from svd import Svd, checked, complaints

CHIP = """<device><peripherals>
<peripheral><name>UART0</name><baseAddress>0x40001000</baseAddress>
 <interrupt><name>UART0_LINE</name><value>2</value></interrupt>
 <registers>
  <register><name>ENABLE</name><addressOffset>0x500</addressOffset><fields>
   <field><name>ENABLE</name><lsb>4</lsb><msb>7</msb><enumeratedValues>
    <enumeratedValue><name>On</name><value>#101</value></enumeratedValue></enumeratedValues></field></fields></register>
  <register derivedFrom="ENABLE"><name>AGAIN</name><addressOffset>0x504</addressOffset></register>
  <cluster><name>RXD</name><addressOffset>0x540</addressOffset>
   <register><dim>4</dim><dimIncrement>8</dimIncrement><name>PTR[%s]</name><addressOffset>4</addressOffset><fields>
    <field><name>PIN</name><bitOffset>1</bitOffset><bitWidth>5</bitWidth></field>
    <field><name>PORT</name><bitRange>[6:6]</bitRange></field></fields></register></cluster>
 </registers></peripheral>
<peripheral derivedFrom="UART0"><name>UART1</name><baseAddress>0x40002000</baseAddress></peripheral>
</peripherals></device>"""


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("UART1", 0x40002000),
        ("UART0.ENABLE", 0x40001500),
        ("UART0.ENABLE.ENABLE", 0xF0),
        ("UART0.AGAIN.ENABLE=On", 0x50),
        ("UART1.RXD.PTR", 0x40002544),
        ("UART0.RXD.PTR.PIN", 0x3E),
        ("UART0.RXD.PTR.PORT@", 6),
        ("irq UART0_LINE", 2),
        ("step UART0.RXD.PTR", 8),
    ],
)
def test_a_path_is_its_number(path: str, value: int) -> None:
    svd = Svd(ET.fromstring(CHIP))
    assert svd.value(path) == value
    header = f"#define RIGHT {value:#x}u /* svd: {path} */\n#define WRONG {value + 4:#x}u /* svd: {path} */\n"
    assert complaints(header, svd) == [f"WRONG: {value + 4:#x}u, but {path} is {value:#x}"]
    assert checked(header) == 2


def test_numbers_without_a_place_and_places_that_are_none_are_found() -> None:
    header = """#ifndef HEADER_H
#define HEADER_H
#define MACRO(n) (n)
#define NOWHERE 0x40001500u
#define GONE 0x40001500u /* svd: UART0.BAUD */
#define NAMELESS 1u /* svd: UART0.ENABLE.ENABLE=Off */
"""
    assert complaints(header, Svd(ET.fromstring(CHIP))) == [
        "NOWHERE: says not where it stands",
        "GONE: the chip has no UART0.BAUD",
        "NAMELESS: the chip has no UART0.ENABLE.ENABLE=Off",
    ]
