"""Electronics: phones, computers, sound and pictures, and what plugs into them."""

from __future__ import annotations

from typing import Final

from assortment.catalogue.generated.vocabulary import Department, ProductType

_DEVICE: Final = ("Black", "Silver", "White", "Grey", "Blue", "Gold", "Red", "Green")
_BRIGHT: Final = (
    "Black",
    "White",
    "Blue",
    "Red",
    "Pink",
    "Green",
    "Orange",
    "Yellow",
    "Purple",
    "Turquoise",
    "Mint Green",
    "Navy Blue",
)
_KITCHEN: Final = ("Black", "Silver", "Red", "Cream", "White", "Mint Green", "Blue")
_PLUGS: Final = ("USB-C", "USB-A", "Wireless")

_PHONES_AND_TABLETS: Final = (
    ProductType(
        name="Phones", family="Phones and Tablets", shape="phone", nouns=("smartphone", "phone"), price=(129, 899), weight=1.1,
        varies=("storage", "colour"),
        attributes={"colour": _DEVICE, "storage": ("128 GB", "256 GB", "64 GB", "512 GB"),
                    "screen": ("6.1 inch", "6.5 inch", "6.8 inch", "5.8 inch")},
        features=("dual SIM", "5G", "with triple camera", "waterproof", "with fast charger"),
    ),
    ProductType(
        name="Phone Cases", family="Phones and Tablets", shape="phone_case", nouns=("phone case", "case", "phone cover"),
        price=(7, 39), weight=1.2, varies=("colour",),
        attributes={"colour": _BRIGHT, "pattern": ("Plain", "Polka Dot", "Striped", "Floral", "Checked", "Zigzag"),
                    "material": ("Silicone", "Leather", "Plastic", "Cork")},
        features=("shockproof", "slim", "with card pocket", "clear back", "magnetic"),
    ),
    ProductType(
        name="Tablets", family="Phones and Tablets", shape="tablet", nouns=("tablet",), price=(99, 799),
        varies=("storage", "colour"),
        attributes={"colour": _DEVICE, "storage": ("64 GB", "128 GB", "256 GB", "32 GB"),
                    "screen": ("10.1 inch", "8 inch", "11 inch", "12.9 inch")},
        features=("with pen", "with keyboard case", "for children", "wifi", "drawing"),
    ),
    ProductType(
        name="E-readers", family="Phones and Tablets", shape="e_reader", nouns=("e-reader", "e-book reader"), price=(79, 259),
        weight=0.7, varies=("colour",),
        attributes={"colour": ("Black", "White", "Grey", "Blue"), "storage": ("8 GB", "16 GB", "32 GB"),
                    "screen": ("6 inch", "7 inch", "7.8 inch")},
        features=("front light", "waterproof", "with page buttons", "with cover"),
    ),
)  # fmt: skip
_COMPUTERS: Final = (
    ProductType(
        name="Laptops", family="Computers", shape="laptop", nouns=("laptop", "notebook"), price=(349, 1899), weight=1.1,
        varies=("storage", "colour"),
        attributes={"colour": ("Silver", "Black", "Grey", "Blue", "White", "Gold"), "storage": ("512 GB", "256 GB", "1 TB"),
                    "screen": ("14 inch", "15.6 inch", "13.3 inch", "17 inch")},
        features=("thin and light", "gaming", "with touch screen", "for students", "16 GB memory"),
    ),
    ProductType(
        name="Monitors", family="Computers", shape="monitor", nouns=("monitor", "screen", "display"), price=(99, 699), weight=0.9,
        varies=("screen",),
        attributes={"colour": ("Black", "White", "Silver"), "screen": ("27 inch", "24 inch", "32 inch", "34 inch"),
                    "resolution": ("Full HD", "4K", "QHD")},
        features=("curved", "gaming", "height adjustable", "with speakers", "ultra-wide"),
    ),
    ProductType(
        name="Keyboards", family="Computers", shape="keyboard", nouns=("keyboard",), price=(19, 159), weight=0.8,
        varies=("colour",),
        attributes={"colour": ("Black", "White", "Grey", "Pink", "Mint Green", "Blue"),
                    "connection": ("Wireless", "USB-C", "USB-A")},
        features=("mechanical", "backlit", "compact", "ergonomic", "quiet"),
    ),
    ProductType(
        name="Computer Mice", family="Computers", shape="mouse", nouns=("mouse", "computer mouse"), price=(9, 99), weight=0.9,
        varies=("colour",),
        attributes={"colour": _BRIGHT, "connection": ("Wireless", "USB-A", "USB-C")},
        features=("ergonomic", "vertical", "gaming", "silent", "travel"),
    ),
    ProductType(
        name="Printers", family="Computers", shape="printer", nouns=("printer",), price=(69, 399), weight=0.7, varies=("colour",),
        attributes={"colour": ("White", "Black", "Grey"), "technology": ("Inkjet", "Laser", "Photo"),
                    "connection": ("Wireless", "USB-A")},
        features=("with scanner", "duplex", "compact", "A3", "all-in-one"),
    ),
)  # fmt: skip
_SOUND_AND_PICTURE: Final = (
    ProductType(
        name="Headphones", family="Sound and Picture", shape="headphones", nouns=("headphones", "headset"), price=(25, 349),
        weight=1.2, varies=("colour",),
        attributes={"colour": _BRIGHT, "connection": ("Wireless", "Wired", "USB-C")},
        features=("noise cancelling", "over-ear", "on-ear", "foldable", "deep bass", "for children"),
    ),
    ProductType(
        name="Earbuds", family="Sound and Picture", shape="earbuds", nouns=("earbuds", "in-ear headphones"), price=(15, 229),
        varies=("colour",),
        attributes={"colour": ("White", "Black", "Blue", "Pink", "Mint Green", "Red", "Grey"),
                    "connection": ("Wireless", "Wired", "USB-C")},
        features=("noise cancelling", "with charging case", "sweatproof", "sport", "deep bass"),
    ),
    ProductType(
        name="Speakers", family="Sound and Picture", shape="speaker", nouns=("speaker", "loudspeaker"), price=(19, 399),
        varies=("colour",),
        attributes={"colour": _BRIGHT, "connection": ("Wireless", "Wired"), "material": ("Plastic", "Wood", "Fabric")},
        features=("portable", "waterproof", "bookshelf", "with radio", "party"),
    ),
    ProductType(
        name="Televisions", family="Sound and Picture", shape="television", nouns=("television", "TV"), price=(199, 1799),
        weight=0.8, varies=("screen",),
        attributes={"colour": ("Black", "Silver", "White"), "screen": ("43 inch", "55 inch", "65 inch", "32 inch"),
                    "resolution": ("4K", "Full HD", "8K")},
        features=("smart", "OLED", "with soundbar", "slim", "wall-mounted"),
    ),
    ProductType(
        name="Cameras", family="Sound and Picture", shape="camera", nouns=("camera", "digital camera"), price=(89, 1299),
        weight=0.9, varies=("colour",),
        attributes={"colour": ("Black", "Silver", "Brown", "White", "Blue", "Red"),
                    "resolution": ("24 MP", "20 MP", "12 MP", "45 MP")},
        features=("compact", "instant", "mirrorless", "underwater", "with zoom lens", "with case"),
    ),
    ProductType(
        name="Record Players", family="Sound and Picture", shape="record_player", nouns=("record player", "turntable"),
        price=(59, 499), weight=0.7, varies=("colour",),
        attributes={"colour": ("Black", "Brown", "Red", "Turquoise", "White"), "material": ("Wood", "Plastic", "Vinyl"),
                    "connection": ("Wired", "Wireless", "USB-A")},
        features=("in a suitcase", "belt drive", "with speakers", "three speeds"),
    ),
)  # fmt: skip
_POWER_AND_WEAR: Final = (
    ProductType(
        name="Chargers", family="Power and Cables", shape="charger", nouns=("charger", "power adapter"), price=(9, 69),
        varies=("colour",),
        attributes={"colour": ("White", "Black", "Grey", "Mint Green"), "connection": _PLUGS,
                    "power": ("20 W", "65 W", "30 W", "100 W")},
        features=("fast", "for phone and tablet", "for notebooks", "travel", "two-port"),
    ),
    ProductType(
        name="Cables", family="Power and Cables", shape="cable", nouns=("cable", "charging cable"), price=(5, 35),
        varies=("length", "colour"),
        attributes={"colour": ("Black", "White", "Red", "Grey", "Orange", "Blue"), "connection": ("USB-C", "HDMI", "USB-A"),
                    "length": ("1 m", "2 m", "0.5 m", "3 m")},
        features=("braided", "fast charging", "right-angled", "extra strong"),
    ),
    ProductType(
        name="Power Banks", family="Power and Cables", shape="power_bank", nouns=("power bank", "portable charger"),
        price=(15, 89), weight=0.8, varies=("capacity", "colour"),
        attributes={"colour": _BRIGHT, "capacity": ("10000 mAh", "20000 mAh", "5000 mAh"),
                    "connection": ("USB-C", "USB-A", "Wireless")},
        features=("slim", "solar", "fast charging", "with built-in cable"),
    ),
    ProductType(
        name="Smart Watches", family="Wearables", shape="smart_watch", nouns=("smart watch", "fitness watch", "watch"),
        price=(39, 449), varies=("colour",),
        attributes={"colour": _BRIGHT, "gender": ("Unisex", "Women", "Men"), "material": ("Silicone", "Steel", "Leather")},
        features=("with GPS", "heart rate", "waterproof", "with running apps", "for children"),
    ),
    ProductType(
        name="Baby Monitors", family="Home", shape="baby_monitor", nouns=("baby monitor",), price=(29, 219), weight=0.6,
        varies=("colour",),
        attributes={"colour": ("White", "Pink", "Sky Blue", "Mint Green", "Grey"), "connection": ("Wireless", "Wired")},
        features=("with camera", "with night light", "long range", "two-way"),
    ),
    ProductType(
        name="Coffee Machines", family="Home", shape="coffee_machine",
        nouns=("coffee machine", "espresso machine", "coffee maker"), price=(49, 699), weight=0.9, varies=("colour",),
        attributes={"colour": _KITCHEN, "material": ("Steel", "Plastic"), "capacity": ("1.2 l", "1.8 l", "0.6 l")},
        features=("with milk frother", "filter", "capsule", "with grinder", "bean to cup"),
    ),
    ProductType(
        name="Lamps", family="Home", shape="lamp", nouns=("desk lamp", "table lamp", "lamp"), price=(15, 129), weight=0.8,
        varies=("colour",),
        attributes={"colour": _BRIGHT, "material": ("Steel", "Wood", "Paper", "Fabric"), "connection": ("Wired", "USB-C")},
        features=("dimmable", "reading", "clip-on", "bedside", "with wireless charger"),
    ),
)  # fmt: skip

ELECTRONICS: Final = Department(
    name="Electronics",
    code="E",
    brands={
        "Voltera": 1.1, "Quanteq": 1.2, "Nimbic": 0.9, "Orbiton": 1.0, "Lyxar": 1.35, "Tellurio": 0.8, "Pixelharbor": 1.15,
        "Zentique": 1.05,
        "Kovanta": 0.7, "Auralis Works": 1.25, "Brightloop": 0.85, "Syntegra": 1.0, "Ohmstead": 0.75, "Fluxen": 0.95,
    },
    lines=("One", "Pro", "Air", "Nova", "Edge", "Mini", "Max", "Core", "Pulse", "Orange", "Classic", "Go"),
    titles=(
        "{brand} {line} {number} {noun}, {screen}, {storage}, {colour}",
        "{brand} {feature} {noun} {extra}, {connection}, {power} {capacity}, {colour} {pattern}",
        "{brand} {line} {noun} {extra}, {feature}, {length} {resolution} {storage} {colour}",
        "{noun} {brand} {line} {number} {storage} {connection}, {colour}, {feature} {extra}",
        "{brand} {colour} {pattern} {material} {feature} {noun} {extra}, {screen}",
        "{brand} {line} {number} {technology} {connection} {noun} {resolution}, {colour}",
    ),
    openings=(
        "{noun}, {feature} {extra}, in {colour}.",
        "The {line} {noun} from {brand}: {feature} {extra}.",
        "{feature} {colour} {noun} {extra} that simply works.",
    ),
    about={
        "Phones and Tablets": ("Fits any hand and any pocket.", "Long battery life, short charging time.",
                               "Everything needed is in the box."),
        "Computers": ("Set up in two minutes.", "Quiet, quick and built to be repaired.", "Works with notebooks and tablets."),
        "Sound and Picture": ("Clear at every volume.", "From jazz to heavy metal, from dawn to dusk.",
                              "For films, music and games."),
        "Power and Cables": ("Works with phones, tablets and notebooks.", "Small enough for any bag.", "Stays cool under load."),
        "Wearables": ("Light enough to forget.", "Counts steps, stairs and sleep."),
        "Home": ("Easy to clean.", "Needs little room.", "One button, no manual."),
    },
    closings=("Two years of warranty.", "Charging cable sold separately.", "Spare parts for ten years.", ""),
    types=(*_PHONES_AND_TABLETS, *_COMPUTERS, *_SOUND_AND_PICTURE, *_POWER_AND_WEAR),
)  # fmt: skip
