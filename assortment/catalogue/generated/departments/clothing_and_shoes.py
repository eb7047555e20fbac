"""Clothing and shoes: twenty types in colours, patterns and materials, for women, men and children."""

from __future__ import annotations

from typing import Final

from assortment.catalogue.generated.vocabulary import Department, ProductType

_GENDERS: Final = ("Women", "Men", "Girls", "Boys")
_ANYBODY: Final = ("Unisex", "Women", "Men")
_BRIGHT: Final = (
    *("Black", "White", "Navy Blue", "Red", "Blue", "Grey", "Green", "Pink"),
    *("Yellow", "Orange", "Purple", "Mint Green", "Burgundy", "Sky Blue", "Mustard", "Turquoise"),
)
_EARTHY: Final = (
    "Black",
    "Navy Blue",
    "Brown",
    "Beige",
    "Grey",
    "Olive Green",
    "Burgundy",
    "Cream",
    "Mustard",
    "Green",
    "Red",
    "Orange",
)
_DENIM: Final = ("Blue", "Navy Blue", "Black", "Sky Blue", "Grey", "White")
_LEATHER: Final = ("Black", "Brown", "Beige", "Burgundy", "Navy Blue", "Red", "White", "Olive Green")
_METALS: Final = ("Silver", "Gold", "Black", "Brown", "Blue", "White", "Orange")
_PATTERNS: Final = ("Plain", "Striped", "Checked", "Polka Dot", "Floral")
_KNIT_PATTERNS: Final = ("Plain", "Striped", "Zigzag", "Checked")
_SIZES: Final = ("M", "L", "S", "XL", "XS")
_ADULT_SHOES: Final = ("39", "41", "42", "38", "43", "37", "40", "44")

_TOPS: Final = (
    ProductType(
        name="T-shirts", family="Tops", shape="t_shirt", nouns=("T-shirt", "tee"), price=(8, 35), weight=1.5,
        varies=("size", "colour"),
        attributes={"gender": _GENDERS, "colour": _BRIGHT, "pattern": _PATTERNS,
                    "material": ("Cotton", "Organic Cotton", "Linen"), "size": _SIZES},
        features=("crew neck", "V-neck", "slim fit", "relaxed fit", "short sleeve", "pocket"),
    ),
    ProductType(
        name="Shirts", family="Tops", shape="shirt", nouns=("shirt",), price=(19, 79), weight=1.2, varies=("size",),
        attributes={"gender": ("Men", "Women", "Boys"), "colour": _BRIGHT,
                    "pattern": ("Checked", "Plain", "Striped", "Polka Dot", "Floral"),
                    "material": ("Cotton", "Linen", "Flannel", "Silk"), "size": _SIZES},
        features=("button-down", "slim fit", "long sleeve", "non-iron", "grandad collar", "oxford"),
    ),
    ProductType(
        name="Jumpers", family="Knitwear", shape="jumper", nouns=("jumper", "sweater"), price=(25, 120),
        varies=("size", "colour"),
        attributes={"gender": _GENDERS, "colour": _EARTHY, "pattern": _KNIT_PATTERNS,
                    "material": ("Wool", "Cotton", "Cashmere", "Acrylic"), "size": _SIZES},
        features=("cable knit", "roll neck", "ribbed", "chunky", "crew neck", "cropped"),
    ),
    ProductType(
        name="Cardigans", family="Knitwear", shape="cardigan", nouns=("cardigan",), price=(29, 110), weight=0.8, varies=("size",),
        attributes={"gender": ("Women", "Men", "Girls"), "colour": _EARTHY, "pattern": _KNIT_PATTERNS,
                    "material": ("Wool", "Cotton", "Cashmere"), "size": _SIZES},
        features=("cable knit", "longline", "open front", "ribbed", "button front"),
    ),
    ProductType(
        name="Hoodies", family="Tops", shape="hoodie", nouns=("hoodie", "hooded top"), price=(22, 75), varies=("size", "colour"),
        attributes={"gender": ("Unisex", "Men", "Women", "Boys", "Girls"), "colour": _BRIGHT, "pattern": ("Plain", "Striped"),
                    "material": ("Cotton", "Fleece", "Organic Cotton"), "size": _SIZES},
        features=("zip-up", "oversized", "kangaroo pocket", "brushed inside", "drawstring"),
    ),
)  # fmt: skip
_DRESSES_AND_BOTTOMS: Final = (
    ProductType(
        name="Dresses", family="Dresses and Skirts", shape="dress", nouns=("dress",), price=(25, 140), weight=1.3,
        varies=("size",),
        attributes={"gender": ("Women", "Girls"), "colour": _BRIGHT,
                    "pattern": ("Floral", "Plain", "Polka Dot", "Striped", "Checked"),
                    "material": ("Cotton", "Viscose", "Silk", "Linen"), "size": _SIZES},
        features=("midi", "maxi", "wrap", "A-line", "sleeveless", "smocked", "summer"),
    ),
    ProductType(
        name="Skirts", family="Dresses and Skirts", shape="skirt", nouns=("skirt",), price=(18, 70), weight=0.8, varies=("size",),
        attributes={"gender": ("Women", "Girls"), "colour": _BRIGHT, "pattern": _PATTERNS,
                    "material": ("Cotton", "Denim", "Viscose", "Wool"), "size": _SIZES},
        features=("pleated", "midi", "mini", "pencil", "high waist"),
    ),
    ProductType(
        name="Jeans", family="Trousers", shape="jeans", nouns=("jeans",), price=(29, 119), varies=("size",),
        attributes={"gender": _GENDERS, "colour": _DENIM, "material": ("Denim", "Stretch Denim"),
                    "size": ("32", "30", "34", "28", "36")},
        features=("slim fit", "straight leg", "boot cut", "high waist", "ripped", "skinny"),
    ),
    ProductType(
        name="Trousers", family="Trousers", shape="trousers", nouns=("trousers", "chinos"), price=(25, 95), varies=("size",),
        attributes={"gender": _GENDERS, "colour": _EARTHY, "pattern": ("Plain", "Checked", "Striped"),
                    "material": ("Cotton", "Wool", "Linen", "Corduroy"),
                    "size": ("32", "30", "34", "28", "36")},
        features=("tapered", "wide leg", "pleated", "cropped", "cargo"),
    ),
    ProductType(
        name="Shorts", family="Trousers", shape="shorts", nouns=("shorts",), price=(12, 50), weight=0.8,
        varies=("size", "colour"),
        attributes={"gender": _GENDERS, "colour": _BRIGHT, "pattern": ("Plain", "Striped", "Checked", "Floral"),
                    "material": ("Cotton", "Linen", "Denim"), "size": _SIZES},
        features=("running", "cargo", "drawstring", "swim", "tailored"),
    ),
)  # fmt: skip
_OUTERWEAR: Final = (
    ProductType(
        name="Jackets", family="Outerwear", shape="jacket", nouns=("jacket",), price=(45, 220), varies=("size",),
        attributes={"gender": _GENDERS, "colour": _EARTHY, "pattern": ("Plain", "Checked"),
                    "material": ("Nylon", "Denim", "Leather", "Cotton"), "size": _SIZES},
        features=("waterproof", "quilted", "bomber", "windproof", "lightweight", "padded"),
    ),
    ProductType(
        name="Coats", family="Outerwear", shape="coat", nouns=("coat",), price=(79, 320), weight=0.8, varies=("size",),
        attributes={"gender": ("Women", "Men", "Girls"), "colour": _EARTHY, "pattern": ("Plain", "Checked"),
                    "material": ("Wool", "Cashmere", "Cotton"), "size": _SIZES},
        features=("double-breasted", "trench", "duffle", "belted", "long"),
    ),
)  # fmt: skip
_SHOES: Final = (
    ProductType(
        name="Trainers", family="Shoes", shape="trainer", nouns=("trainers", "sneakers", "running shoes"), price=(35, 160),
        weight=1.3, varies=("size",),
        attributes={"gender": _GENDERS, "colour": _BRIGHT, "material": ("Mesh", "Canvas", "Leather", "Suede"),
                    "size": _ADULT_SHOES},
        features=("cushioned", "high top", "low top", "trail", "lightweight", "memory foam"),
    ),
    ProductType(
        name="Boots", family="Shoes", shape="boot", nouns=("boots", "ankle boots"), price=(49, 220), varies=("size",),
        attributes={"gender": _GENDERS, "colour": _LEATHER, "material": ("Leather", "Suede", "Rubber"), "size": _ADULT_SHOES},
        features=("lace-up", "Chelsea", "hiking", "waterproof", "fleece-lined", "block heel"),
    ),
    ProductType(
        name="Sandals", family="Shoes", shape="sandal", nouns=("sandals",), price=(15, 90), weight=0.8, varies=("size",),
        attributes={"gender": _GENDERS, "colour": _LEATHER, "material": ("Leather", "Cork", "Rubber"), "size": _ADULT_SHOES},
        features=("strappy", "slip-on", "buckle", "walking", "wedge"),
    ),
    ProductType(
        name="Socks", family="Underwear and Socks", shape="sock", nouns=("socks",), price=(4, 18), weight=0.8,
        varies=("colour", "size"),
        attributes={"gender": _ANYBODY, "colour": _BRIGHT, "pattern": ("Striped", "Plain", "Polka Dot", "Zigzag", "Checked"),
                    "material": ("Cotton", "Wool", "Bamboo"), "size": ("39-42", "35-38", "43-46")},
        features=("ankle", "knee-high", "running", "in a pack of 5", "cushioned"),
    ),
)  # fmt: skip
_ACCESSORIES: Final = (
    ProductType(
        name="Hats", family="Accessories", shape="hat", nouns=("bobble hat", "beanie", "hat"), price=(9, 45), weight=0.8,
        varies=("colour",),
        attributes={"gender": _ANYBODY, "colour": _BRIGHT, "pattern": _KNIT_PATTERNS, "material": ("Wool", "Cotton", "Acrylic")},
        features=("cable knit", "ribbed", "fleece-lined", "chunky", "warm"),
    ),
    ProductType(
        name="Scarves", family="Accessories", shape="scarf", nouns=("scarf",), price=(12, 69), weight=0.8, varies=("colour",),
        attributes={"gender": _ANYBODY, "colour": _EARTHY, "pattern": ("Checked", "Plain", "Striped", "Floral"),
                    "material": ("Wool", "Silk", "Cotton", "Cashmere")},
        features=("long", "fringed", "cable knit", "blanket", "lightweight"),
    ),
    ProductType(
        name="Handbags", family="Bags", shape="handbag", nouns=("handbag", "shoulder bag"), price=(29, 210), weight=0.9,
        varies=("colour",),
        attributes={"gender": ("Women",), "colour": (*_LEATHER, "Pink", "Orange"), "pattern": ("Plain", "Checked", "Polka Dot"),
                    "material": ("Leather", "Canvas", "Suede")},
        features=("quilted", "crossbody", "small", "roomy", "zip-top"),
    ),
    ProductType(
        name="Backpacks", family="Bags", shape="backpack", nouns=("backpack", "rucksack"), price=(19, 120), weight=0.9,
        varies=("colour",),
        attributes={"gender": _ANYBODY, "colour": _BRIGHT, "pattern": ("Plain", "Checked", "Striped"),
                    "material": ("Nylon", "Canvas", "Leather")},
        features=("with notebook sleeve", "with laptop compartment", "waterproof", "school", "hiking"),
    ),
    ProductType(
        name="Watches", family="Accessories", shape="watch", nouns=("watch", "wristwatch"), price=(39, 260), weight=0.9,
        varies=("colour",),
        attributes={"gender": ("Men", "Women", "Unisex"), "colour": _METALS, "material": ("Steel", "Leather", "Silicone")},
        features=("automatic", "quartz", "chronograph", "with date", "minimalist"),
    ),
    ProductType(
        name="Sunglasses", family="Accessories", shape="sunglasses", nouns=("sunglasses",), price=(12, 110), weight=0.7,
        varies=("colour",),
        attributes={"gender": _ANYBODY, "colour": ("Black", "Brown", "Gold", "Blue", "Red", "Green", "White"),
                    "material": ("Acetate", "Steel")},
        features=("polarised", "round", "aviator", "cat-eye", "with case"),
    ),
    ProductType(
        name="Ties", family="Accessories", shape="tie", nouns=("tie", "bow tie"), price=(12, 55), weight=0.6, varies=("colour",),
        attributes={"gender": ("Men", "Boys"), "colour": _BRIGHT, "pattern": ("Striped", "Polka Dot", "Plain", "Checked"),
                    "material": ("Silk", "Wool", "Cotton")},
        features=("slim", "knitted", "woven", "wedding"),
    ),
)  # fmt: skip

CLOTHING_AND_SHOES: Final = Department(
    name="Clothing and Shoes",
    code="C",
    brands={
        "Harrowmere": 1.3, "Fennick & Rye": 1.15, "Brindle Lane": 1.0, "Oakhaven": 1.1, "Tessaly": 0.9, "Nordbekk": 1.25,
        "Pellamora": 1.5, "Junebrook": 0.8, "Wrenfield": 0.95, "Cobalto": 1.0, "Strideon": 1.1, "Lumara": 0.7, "Kettlewick": 0.85,
        "Marisole": 1.2, "Ashgrove Mill": 1.05, "Veldtmark": 1.35,
    },
    lines=("Harbour", "Alder", "Meadow", "Studio", "Weekend", "Heritage", "Juno", "Summit", "Apple Lane", "Copper", "Coast",
           "Monitor"),
    titles=(
        "{brand} {genders} {feature} {pattern} {material} {noun} {extra}, {colour}",
        "{brand} {line} {pattern} {noun} {for_gender}, {colour}, {material}",
        "{brand} {colour} {pattern} {feature} {noun} {for_gender}, {extra}",
        "{genders} {colour} {material} {noun} by {brand}, {feature} {extra}",
        "{brand} {line} {feature} {noun} {extra}, {colour} {pattern}",
        "{brand} {genders} {noun} {colour} {pattern} {material}",
    ),
    openings=(
        "{feature} {noun} {extra} in {colour} {material}.",
        "{material} {noun} {for_gender} with a {pattern_or_plain} look.",
        "Our {line} {noun}, {feature} {extra}, in {colour}.",
    ),
    about={
        "Tops": ("Soft to the skin and kind to the washing machine.", "Easy to combine with jeans or a skirt.",
                 "Goes from the office to the weekend."),
        "Knitwear": ("A favourite for cold mornings.", "Knitted so that it keeps its shape.", "Warm without being heavy."),
        "Dresses and Skirts": ("For garden parties and long walks alike.", "Moves with every step.",
                               "Goes with boots and with sandals."),
        "Trousers": ("Comfortable from the first day.", "With deep pockets.", "Goes with a shirt or an old jumper."),
        "Outerwear": ("Keeps wind and rain where they belong.", "Room for a thick jumper underneath.",
                      "Made to be worn for years."),
        "Shoes": ("Comfortable all day long.", "For city streets and forest paths.", "Runs true to size."),
        "Underwear and Socks": ("Stays up and stays soft.", "Warm in boots and airy in trainers."),
        "Accessories": ("A small thing that makes the outfit.", "Comes in a cotton bag, ready to give."),
        "Bags": ("Room for a tablet, a book and lunch.", "With an inner pocket for phone and keys."),
    },
    closings=("Packed without plastic.", "Made in small batches.", "Take your usual size.", ""),
    types=(*_TOPS, *_DRESSES_AND_BOTTOMS, *_OUTERWEAR, *_SHOES, *_ACCESSORIES),
)  # fmt: skip
