//! The palettes are computed, not guessed: contrast to the ground, and the four states apart in every vision.

use palette::color_difference::{Ciede2000, Wcag21RelativeContrast as _};
use palette::{FromColor as _, Lab, LinSrgb, Srgb};

use super::{Colours, DARK, LIGHT, Looks, Palette, Surroundings, Theme};

fn srgb(colour: u32) -> Srgb<f32> {
    Srgb::<u8>::from(colour).into_format()
}

/// Severe protan, deutan and tritan vision, after Machado, Oliveira and Fernandes (2009).
const VISIONS: [[[f32; 3]; 3]; 4] = [
    [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
    [
        [0.152_286, 1.052_583, -0.204_868],
        [0.114_503, 0.786_281, 0.099_216],
        [-0.003_882, -0.048_116, 1.051_998],
    ],
    [
        [0.367_322, 0.860_646, -0.227_968],
        [0.280_085, 0.672_501, 0.047_413],
        [-0.011_820, 0.042_940, 0.968_881],
    ],
    [
        [1.255_528, -0.076_749, -0.178_779],
        [-0.078_411, 0.930_809, 0.147_602],
        [0.004_733, 0.691_367, 0.303_900],
    ],
];

fn seen(colour: u32, vision: [[f32; 3]; 3]) -> Lab {
    let linear: LinSrgb<f32> = srgb(colour).into_linear();
    let [red, green, blue] = vision.map(|row| {
        let sum = row[0].mul_add(linear.red, row[1].mul_add(linear.green, row[2] * linear.blue));
        sum.clamp(0.0, 1.0)
    });
    Lab::from_color(LinSrgb::new(red, green, blue))
}

fn roles(it: Colours) -> [(&'static str, u32); 6] {
    [
        ("text", it.text),
        ("dim", it.dim),
        ("ok", it.ok),
        ("warn", it.warn),
        ("crit", it.crit),
        ("held", it.held),
    ]
}

#[test]
fn every_role_can_be_read_on_its_ground() {
    for (theme, colours) in [("dark", DARK), ("light", LIGHT)] {
        for (role, colour) in roles(colours) {
            let contrast = srgb(colour).relative_contrast(srgb(colours.ground));
            assert!(4.5 <= contrast, "{theme} {role}: {contrast:.2}");
        }
    }
}

#[test]
fn the_four_states_differ_in_every_vision() {
    for (theme, it) in [("dark", DARK), ("light", LIGHT)] {
        let states = [it.ok, it.warn, it.crit, it.held];
        for (number, vision) in VISIONS.into_iter().enumerate() {
            for (index, one) in states.into_iter().enumerate() {
                for other in states.into_iter().skip(index + 1) {
                    let difference = Ciede2000::difference(seen(one, vision), seen(other, vision));
                    assert!(
                        20.0 <= difference,
                        "{theme}, vision {number}: {one:06x} {other:06x} {difference:.1}"
                    );
                }
            }
        }
    }
}

#[test]
fn what_the_terminal_refuses_is_not_used() {
    let around = Surroundings::default;
    let refusals = [
        Surroundings { no_color: Some("1"), ..around() },
        Surroundings { clicolor: Some("0"), ..around() },
        Surroundings { term: Some("dumb"), ..around() },
    ];
    for palette in [Palette::Auto, Palette::Ansi, Palette::Dark, Palette::Light, Palette::Plain] {
        for refusal in refusals {
            let looks = Looks { palette, ..Looks::default() };
            assert_eq!(Theme::chosen(looks, refusal), Theme::plain(), "{palette:?} {refusal:?}");
        }
    }
    let kept = Surroundings { no_color: Some(""), clicolor: Some("1"), term: Some("xterm"), ..around() };
    assert_eq!(Theme::chosen(Looks::default(), kept), Theme::ansi());
    let dark = Looks { palette: Palette::Dark, ..Looks::default() };
    assert_eq!(Theme::chosen(dark, kept), Theme::dark());
}

#[test]
fn signs_and_movement_follow_the_locale_and_what_was_asked_for() {
    let table = [
        (None, None, (false, false)),
        (Some("C.UTF-8"), None, (false, false)),
        (Some("de_DE.utf8"), Some(""), (false, false)),
        (Some("C"), None, (true, false)),
        (Some("de_DE.ISO-8859-1"), Some("1"), (true, true)),
    ];
    for (locale, no_motion, wanted) in table {
        let theme =
            Theme::chosen(Looks::default(), Surroundings { locale, no_motion, ..Surroundings::default() });
        assert_eq!((theme.ascii, theme.still), wanted, "{locale:?} {no_motion:?}");
    }
    let asked = Looks { ascii: true, still: true, ..Looks::default() };
    let theme = Theme::chosen(asked, Surroundings::default());
    assert!(theme.ascii && theme.still);
}
