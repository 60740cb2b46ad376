"""Draws small pictures of goods, so that no other host is needed: `<shape>-<hue>`, for instance `candle-32`."""

import html

SHAPES: dict[str, str] = {
    "candle": (
        '<path d="M200 86c22 26 26 44 0 62c-26-18-22-36 0-62z" fill="#f6b73c"/>'
        '<path d="M197 142h6v28h-6z" fill="{dark}"/>'
        '<rect x="130" y="168" width="140" height="150" rx="14" fill="{main}"/>'
        '<rect x="152" y="212" width="96" height="64" rx="4" fill="{pale}"/>'
        '<path d="M170 236h60M170 252h40" stroke="{dark}" stroke-width="5"/>'
    ),
    "vase": (
        '<path d="M200 172C190 120 176 96 150 74M202 172c4-60 20-84 46-104M200 172V66"'
        ' stroke="#6f8f5a" stroke-width="6" fill="none"/>'
        '<path d="M172 168h56c-6 34 44 60 44 108c0 34-28 48-72 48s-72-14-72-48c0-48 50-74 44-108z" fill="{main}"/>'
        '<path d="M134 262c40 16 92 16 132 0" stroke="{pale}" stroke-width="6" fill="none"/>'
    ),
    "cloth": (
        '<path d="M104 118h192v190l-24-14l-24 14l-24-14l-24 14l-24-14l-24 14l-24-14l-24 14z" fill="{main}"/>'
        '<path d="M104 156h192M104 172h192M104 244h192" stroke="{pale}" stroke-width="7"/>'
        '<path d="M104 118h192l-20-24H124z" fill="{dark}"/>'
    ),
    "bowl": (
        '<ellipse cx="200" cy="184" rx="104" ry="26" fill="{dark}"/>'
        '<path d="M96 184c0 70 44 118 104 118s104-48 104-118c0 36-208 36-208 0z" fill="{main}"/>'
        '<rect x="164" y="298" width="72" height="14" rx="7" fill="{dark}"/>'
        '<path d="M120 232c50 22 110 22 160 0" stroke="{pale}" stroke-width="5" fill="none"/>'
    ),
    "bottle": (
        '<rect x="178" y="72" width="44" height="40" rx="6" fill="{dark}"/>'
        '<path d="M170 112h60c0 26 28 30 28 60v124c0 18-10 26-26 26h-64c-16 0-26-8-26-26V172c0-30 28-34'
        ' 28-60z" fill="{main}"/>'
        '<rect x="142" y="206" width="116" height="62" fill="{pale}"/>'
        '<path d="M160 228h80M160 246h52" stroke="{dark}" stroke-width="5"/>'
    ),
    "tent": (
        '<path d="M200 92L68 306h264z" fill="{main}"/><path d="M200 92l-52 214h104z" fill="{dark}"/>'
        '<path d="M200 150l-22 156h44z" fill="{accent}"/><path d="M60 306h280" stroke="{dark}" stroke-width="8"/>'
    ),
    "pack": (
        '<path d="M166 112c0-44 68-44 68 0" stroke="{dark}" stroke-width="10" fill="none"/>'
        '<rect x="122" y="108" width="156" height="212" rx="44" fill="{main}"/>'
        '<rect x="146" y="216" width="108" height="80" rx="16" fill="{dark}"/>'
        '<path d="M146 160h108" stroke="{pale}" stroke-width="9"/><circle cx="200" cy="240" r="8" fill="{accent}"/>'
    ),
    "lamp": (
        '<path d="M160 110c0-46 80-46 80 0" stroke="{dark}" stroke-width="8" fill="none"/>'
        '<rect x="146" y="108" width="108" height="34" rx="10" fill="{dark}"/>'
        '<rect x="158" y="142" width="84" height="118" rx="12" fill="{pale}"/>'
        '<circle cx="200" cy="200" r="28" fill="{accent}"/>'
        '<rect x="140" y="260" width="120" height="52" rx="12" fill="{main}"/>'
    ),
    "mug": (
        '<path d="M262 168c58-8 58 96 0 88" stroke="{dark}" stroke-width="16" fill="none"/>'
        '<rect x="124" y="136" width="144" height="170" rx="20" fill="{main}"/>'
        '<path d="M124 180h144" stroke="{pale}" stroke-width="8"/><circle cx="196" cy="240" r="26" fill="{accent}"/>'
    ),
    "bag": (
        '<path d="M154 166c0-92 92-92 92 0" stroke="{dark}" stroke-width="10" fill="none"/>'
        '<path d="M112 152h176l18 166H94z" fill="{main}"/><path d="M104 226h192" stroke="{pale}" stroke-width="7"/>'
        '<circle cx="200" cy="226" r="14" fill="{accent}"/>'
    ),
    "board": (
        '<rect x="118" y="86" width="164" height="236" rx="34" fill="{main}"/>'
        '<circle cx="200" cy="118" r="13" fill="{pale}"/>'
        '<path d="M146 160c24 14 84-14 108 0M146 206c24 14 84-14 108 0M146 252c24 14 84-14 108 0" '
        'stroke="{dark}" stroke-width="4" fill="none"/>'
    ),
}
_PLAIN = (
    '<rect x="110" y="130" width="180" height="170" rx="18" fill="{main}"/>'
    '<path d="M110 186h180" stroke="{pale}" stroke-width="8"/>'
)


def draw(name: str) -> str:
    """An SVG drawing for `<shape>-<hue>`; an unknown shape becomes a parcel."""
    shape, _, tail = name.partition("-")
    hue = int(tail) % 360 if tail.isdigit() and len(tail) < 5 else 210
    colors = {
        "main": f"hsl({hue} 42% 52%)",
        "dark": f"hsl({hue} 40% 30%)",
        "pale": f"hsl({hue} 45% 90%)",
        "accent": f"hsl({(hue + 40) % 360} 80% 62%)",
    }
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400" role="img" '
        f'aria-label="{html.escape(shape, quote=True)}"><rect width="400" height="400" fill="hsl({hue} 38% 95%)"/>'
        f'<ellipse cx="200" cy="326" rx="118" ry="12" fill="hsl({hue} 25% 84%)"/>'
        f"{SHAPES.get(shape, _PLAIN).format(**colors)}</svg>"
    )
