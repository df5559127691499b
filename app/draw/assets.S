// Assets: see assets.h. Assembled with the source root as an include folder; for 64-bit targets, where struct Asset is
// three words.
// To add one: a row at the end. Each row puts the file among the constants and its name, address and size in the table.

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

        asset fonts/Inter-Regular.otf
        asset fonts/Inter-SemiBold.otf
        asset fonts/JetBrainsMono-Regular.ttf
        asset shaders/flat.vert
        asset shaders/flat.frag
        asset shaders/boxes.vert
        asset shaders/boxes.frag
        asset shaders/lines.vert
        asset shaders/lines.frag
        asset shaders/text.vert
        asset shaders/text.frag
        asset shaders/images.vert
        asset shaders/images.frag

        .section .data.rel.ro, "aw"
        .quad 0, 0, 0
        .size asset_table, . - asset_table

        .section .note.GNU-stack, "", %progbits
