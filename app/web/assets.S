// app/draw/assets.S for WebAssembly, whose sections and pointers are written otherwise.

        .macro asset path
        .section .rodata.asset,"",@
        .p2align 4
asset_bytes_\@:
        .incbin "\path"
.Lasset_end_\@:
asset_name_\@:
        .asciz "\path"
.Lasset_rest_\@:
        .size asset_bytes_\@, .Lasset_end_\@ - asset_bytes_\@
        .size asset_name_\@, .Lasset_rest_\@ - asset_name_\@
        .section .data.asset_table,"",@
        .int32 asset_name_\@
        .int32 asset_bytes_\@
        .int32 .Lasset_end_\@ - asset_bytes_\@
        .endm

        .section .data.asset_table,"",@
        .p2align 4
        .globl asset_table
        .type asset_table,@object
asset_table:

#include "app/draw/asset_rows.S"

        .section .data.asset_table,"",@
        .int32 0
        .int32 0
        .int32 0
        .size asset_table, . - asset_table
