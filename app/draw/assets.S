// Assets: see assets.h. Assembled with the source root as an include folder; for 64-bit targets, where struct Asset is
// three words. Each row of asset_rows.S puts the file among the constants and its name, address and size in the table.

        .macro asset path
        .section .rodata
        .balign 16
0:      .incbin "\path"
1:      .byte 0
2:      .asciz "\path"
        .section .data.rel.ro, "aw"
        .balign 8
        .quad 2b
        .quad 0b
        .quad 1b - 0b
        .endm

        .section .data.rel.ro, "aw"
        .balign 8
        .globl asset_table
        .type asset_table, %object
asset_table:

#include "app/draw/asset_rows.S"

        .section .data.rel.ro, "aw"
        .quad 0, 0, 0
        .size asset_table, . - asset_table

        .section .note.GNU-stack, "", %progbits
