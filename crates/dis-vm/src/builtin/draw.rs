//! `$Draw` and `$Tk`: their tables. There is no display here: programs can load them, and hear of it when they want to draw.

use super::{Builtin, function};
use crate::trap::Step;
use crate::vm::Vm;
use dis_rt::{Addr, NIL, TypeId};

const NO_DISPLAY: &str = "no display";

fn no_display(vm: &mut Vm, _: Addr, _: TypeId) -> Step {
    Err(vm.refuse(NO_DISPLAY))
}

/// Asking for one is no mistake.
fn no_display_here(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    vm.cur.error = NO_DISPLAY.to_owned();
    vm.give_reference(fp, 0, NIL)
}

pub(super) static DRAW: Builtin = Builtin {
    name: "$Draw",
    functions: &[
        function("Rect.Xrect", 0xd1fb_cdc0, "wwwwwwww", no_display),
        function("Point.add", 0x095a_87a7, "wwww", no_display),
        function("Rect.addpt", 0xbcba_91ad, "wwwwww", no_display),
        function("Display.allocate", 0x7469_4470, "p", no_display_here),
        function("Screen.allocate", 0x1e81_3b8a, "ppw", no_display),
        function("Image.arc", 0x1685_a04e, "pwwwwwpwwww", no_display),
        function("Image.arcop", 0x8521_de24, "pwwwwwpwwwww", no_display),
        function("Image.arrow", 0x7b3f_c6d3, "www", no_display),
        function("Font.bbox", 0x541e_2d08, "pp", no_display),
        function("Image.bezier", 0x5bac_a124, "pwwwwwwwwwwwpww", no_display),
        function("Image.bezierop", 0xae13_ba0e, "pwwwwwwwwwwwpwww", no_display),
        function("Image.bezspline", 0x70f0_6194, "ppwwwpww", no_display),
        function("Image.bezsplineop", 0x94b3_bea1, "ppwwwpwww", no_display),
        function("Image.border", 0x5938_1f67, "pwwwwwpww", no_display),
        function("Image.bottom", 0x642f_a8b1, "p", no_display),
        function("Screen.bottom", 0xe281_7b5f, "pp", no_display),
        function("Font.build", 0x7fdd_ba2c, "ppp", no_display),
        function("bytesperline", 0xab17_24b2, "wwwww", no_display),
        function("Rect.canon", 0xe969_971c, "wwww", no_display),
        function("Rect.clip", 0x1ad6_8a89, "wwwwwwww", no_display),
        function("Display.cmap2rgb", 0xda83_6903, "pw", no_display),
        function("Display.cmap2rgba", 0x0a64_b341, "pw", no_display),
        function("Display.color", 0xac54_c4aa, "pw", no_display),
        function("Display.colormix", 0x9e94_1050, "pww", no_display),
        function("Rect.combine", 0x35d7_86ac, "wwwwwwww", no_display),
        function("Rect.contains", 0x5f13_af31, "wwwwww", no_display),
        function("Chans.depth", 0x090b_71a6, "w", no_display),
        function("Point.div", 0x7f0a_c44e, "www", no_display),
        function("Image.draw", 0xe295_1762, "pwwwwppww", no_display),
        function("Image.drawop", 0x7e27_51d3, "pwwwwppwww", no_display),
        function("Rect.dx", 0x8db5_40cc, "wwww", no_display),
        function("Rect.dy", 0x8db5_40cc, "wwww", no_display),
        function("Image.ellipse", 0xea6f_2000, "pwwwwwpww", no_display),
        function("Image.ellipseop", 0xc0af_34c6, "pwwwwwpwww", no_display),
        function("Chans.eq", 0x2ba4_1fd4, "ww", no_display),
        function("Point.eq", 0xd063_4e59, "wwww", no_display),
        function("Rect.eq", 0xd1fb_cdc0, "wwwwwwww", no_display),
        function("Image.fillarc", 0x784a_c6f8, "pwwwwpwwww", no_display),
        function("Image.fillarcop", 0x0bbc_dbdd, "pwwwwpwwwww", no_display),
        function("Image.fillbezier", 0x4a07_ed44, "pwwwwwwwwwpww", no_display),
        function("Image.fillbezierop", 0xb379_6aa0, "pwwwwwwwwwpwww", no_display),
        function("Image.fillbezspline", 0x4aac_99aa, "ppwpww", no_display),
        function("Image.fillbezsplineop", 0x6288_a256, "ppwpwww", no_display),
        function("Image.fillellipse", 0xc296_1c2b, "pwwwwpww", no_display),
        function("Image.fillellipseop", 0x9816_222d, "pwwwwpwww", no_display),
        function("Image.fillpoly", 0x4aac_99aa, "ppwpww", no_display),
        function("Image.fillpolyop", 0x6288_a256, "ppwpwww", no_display),
        function("Image.flush", 0xb09f_c26e, "pw", no_display),
        function("Image.gendraw", 0xa30a_11c7, "pwwwwpwwpww", no_display),
        function("Image.gendrawop", 0x03e8_228a, "pwwwwpwwpwww", no_display),
        function("Display.getwindow", 0xdfbf_1d73, "ppppw", no_display),
        function("icossin", 0x010e_a0ce, "w", no_display),
        function("icossin2", 0xd075_85f7, "ww", no_display),
        function("Point.in", 0xcf69_adf9, "wwwwww", no_display),
        function("Rect.inrect", 0xd1fb_cdc0, "wwwwwwww", no_display),
        function("Rect.inset", 0x01fa_bb24, "wwwww", no_display),
        function("Image.line", 0x7288_c7b9, "pwwwwwwwpww", no_display),
        function("Image.lineop", 0xe343_63b9, "pwwwwwwwpwww", no_display),
        function("Chans.mk", 0xadae_6aad, "p", no_display),
        function("Point.mul", 0x7f0a_c44e, "www", no_display),
        function("Image.name", 0xdff5_3107, "ppw", no_display),
        function("Display.namedimage", 0x4752_2dfe, "pp", no_display),
        function("Display.newimage", 0xb847_9988, "pwwwwwww", no_display),
        function("Screen.newwindow", 0xcf19_f7a8, "pwwwwww", no_display),
        function("Display.open", 0x4752_2dfe, "pp", no_display),
        function("Font.open", 0xddcb_2ff0, "pp", no_display),
        function("Image.origin", 0x9171_b0bd, "pwwww", no_display),
        function("Image.poly", 0x70f0_6194, "ppwwwpww", no_display),
        function("Image.polyop", 0x94b3_bea1, "ppwwwpwww", no_display),
        function("Display.publicscreen", 0x507e_0780, "pw", no_display),
        function("Display.readimage", 0xd38f_4d48, "pp", no_display),
        function("Image.readpixels", 0x93d3_0c7c, "pwwwwp", no_display),
        function("Display.rgb", 0x8e71_a513, "pwww", no_display),
        function("Display.rgb2cmap", 0xbf6c_3d95, "pwww", no_display),
        function("setalpha", 0x6584_767b, "ww", no_display),
        function("Rect.size", 0x3ecf_d83e, "wwww", no_display),
        function("Display.startrefresh", 0xf0df_9cae, "p", no_display),
        function("Point.sub", 0x095a_87a7, "wwww", no_display),
        function("Rect.subpt", 0xbcba_91ad, "wwwwww", no_display),
        function("Chans.text", 0xb20b_7b7b, "w", no_display),
        function("Image.text", 0xa592_7686, "pwwpwwpp", no_display),
        function("Image.textbg", 0xbbb5_5403, "pwwpwwpppww", no_display),
        function("Image.textbgop", 0xea84_ed21, "pwwpwwpppwww", no_display),
        function("Image.textop", 0x22b7_1b43, "pwwpwwppw", no_display),
        function("Image.top", 0x642f_a8b1, "p", no_display),
        function("Screen.top", 0xe281_7b5f, "pp", no_display),
        function("Font.width", 0x1c70_cba4, "pp", no_display),
        function("Display.writeimage", 0x7bd5_3940, "ppp", no_display),
        function("Image.writepixels", 0x93d3_0c7c, "pwwwwp", no_display),
    ],
};

pub(super) static TK: Builtin = Builtin {
    name: "$Tk",
    functions: &[
        function("cmd", 0x01ee_9697, "pp", no_display),
        function("color", 0xc693_5858, "p", no_display),
        function("getimage", 0x80be_a378, "pp", no_display),
        function("keyboard", 0x8671_bae6, "pw", no_display),
        function("namechan", 0x3518_2638, "ppp", no_display),
        function("pointer", 0x2118_8625, "pwwww", no_display),
        function("putimage", 0x2dc5_5622, "pppp", no_display),
        function("quote", 0xb2cd_7190, "p", no_display),
        function("rect", 0x683e_6bae, "ppw", no_display),
        function("toplevel", 0x96ab_1cc9, "pp", no_display),
    ],
};
