import esphome.codegen as cg
import esphome.config_validation as cv
from esphome.components import audio, microphone
from esphome.const import CONF_ID

PipeMicrophone = cg.esphome_ns.namespace("pipe_microphone").class_(
    "PipeMicrophone", microphone.Microphone, cg.Component
)


def limited(config):
    audio.set_stream_limits(16, 16, 1, 1, 16_000, 16_000)(config)
    return config


CONFIG_SCHEMA = cv.All(
    microphone.MICROPHONE_SCHEMA.extend({cv.GenerateID(): cv.declare_id(PipeMicrophone)}).extend(cv.COMPONENT_SCHEMA),
    limited,
)


async def to_code(config):
    var = cg.new_Pvariable(config[CONF_ID])
    await cg.register_component(var, config)
    await microphone.register_microphone(var, config)
