// The files that are embedded, for assets.S of whichever machine. To add one: a row at the end.
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
