/* Where the machine jumps to: a stack, then kws_start. */
    .section .start, "ax"
    .globl kws_reset_handler
kws_reset_handler:
    la sp, kws_ld_stack_top
    call kws_start
stopped:
    wfi
    j stopped
