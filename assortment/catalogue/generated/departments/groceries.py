"""Groceries: fruit, drinks, cupboard, sweet and savoury, cold shelf, and a little for the household."""

from __future__ import annotations

from typing import Final

from assortment.catalogue.generated.vocabulary import Department, ProductType

_DIETS: Final = ("Vegan", "Organic", "Gluten-free", "Fair Trade")
_FRUITY: Final = ("Orange", "Apple", "Strawberry", "Cherry", "Lemon", "Peach", "Blackcurrant", "Mango")
_SWEET: Final = ("Chocolate", "Vanilla", "Strawberry", "Caramel", "Lemon", "Hazelnut", "Coconut", "Mint")
_GRAMS: Final = ("500 g", "250 g", "1 kg")

_FRUIT_AND_DRINKS: Final = (
    ProductType(
        name="Apples", family="Fruit", shape="apple", nouns=("apples", "eating apples"), price=(1.5, 5.5), weight=0.8,
        varies=("size",),
        attributes={"colour": ("Red", "Green", "Yellow"), "diet": ("Organic",), "size": ("1 kg", "6 pieces", "2 kg", "4 pieces")},
        features=("crisp", "sweet", "tart", "for baking", "orchard"),
    ),
    ProductType(
        name="Oranges", family="Fruit", shape="orange", nouns=("oranges", "blood oranges", "juicing oranges"), price=(1.8, 6),
        weight=0.7, varies=("size",),
        attributes={"colour": ("Orange", "Red"), "diet": ("Organic",), "size": ("1 kg", "2 kg", "5 pieces")},
        features=("seedless", "sweet", "unwaxed", "easy to peel"),
    ),
    ProductType(
        name="Bananas", family="Fruit", shape="banana", nouns=("bananas",), price=(1, 3.5), weight=0.6, varies=("size",),
        attributes={"colour": ("Yellow", "Green"), "diet": ("Organic", "Fair Trade"), "size": ("5 pieces", "1 kg", "7 pieces")},
        features=("ripe", "ready to eat", "small", "for baking"),
    ),
    ProductType(
        name="Juices", family="Drinks", shape="carton", nouns=("juice",), price=(1.2, 4.9), weight=1.2,
        varies=("size", "flavour"),
        attributes={"flavour": _FRUITY, "diet": _DIETS, "size": ("1 l", "330 ml", "1.5 l", "6 x 200 ml")},
        features=("not from concentrate", "with pulp", "no added sugar", "cloudy", "cold pressed"),
    ),
    ProductType(
        name="Tea", family="Drinks", shape="tea_box", nouns=("tea", "tea bags"), price=(1.9, 9.5), weight=1.1, varies=("size",),
        attributes={"flavour": ("Black", "Green", "Peppermint", "Camomile", "Lemon", "Orange", "Apple"),
                    "diet": ("Organic", "Fair Trade"), "size": ("20 bags", "50 bags", "100 g")},
        features=("loose leaf", "strong", "evening", "breakfast", "caffeine-free"),
    ),
    ProductType(
        name="Coffee", family="Drinks", shape="coffee_bag", nouns=("coffee", "coffee beans", "ground coffee"), price=(3.9, 18),
        weight=1.1, varies=("size",),
        attributes={"flavour": ("Espresso", "Mild", "Dark Roast", "Hazelnut", "Vanilla"), "diet": ("Fair Trade", "Organic"),
                    "size": _GRAMS},
        features=("slow roasted", "decaffeinated", "for filter machines", "low acid", "single origin"),
    ),
    ProductType(
        name="Soft Drinks", family="Drinks", shape="can", nouns=("lemonade", "soda"), price=(0.8, 6.5), weight=0.8,
        varies=("size", "flavour"),
        attributes={"flavour": ("Lemon", "Orange", "Apple", "Cherry", "Ginger", "Cola"), "diet": ("Vegan", "Organic"),
                    "size": ("330 ml", "6 x 330 ml", "1 l")},
        features=("sugar-free", "sparkling", "lightly sweet", "with mint"),
    ),
)  # fmt: skip
_SWEET_AND_SAVOURY: Final = (
    ProductType(
        name="Chocolate", family="Sweets and Snacks", shape="chocolate", nouns=("chocolate", "chocolate bar"), price=(0.9, 5.9),
        weight=1.1, varies=("size", "flavour"),
        attributes={"flavour": ("Milk", "Dark", "White", "Hazelnut", "Orange", "Mint", "Caramel"), "diet": _DIETS,
                    "size": ("100 g", "200 g", "50 g")},
        features=("fine", "70% cocoa", "with sea salt", "creamy", "crunchy"),
    ),
    ProductType(
        name="Biscuits", family="Sweets and Snacks", shape="biscuit_pack", nouns=("biscuits", "cookies"), price=(1.1, 5.5),
        weight=1.0, varies=("flavour",),
        attributes={"flavour": _SWEET, "diet": _DIETS, "size": ("200 g", "300 g", "150 g")},
        features=("crunchy", "oat", "filled", "wholegrain", "buttery"),
    ),
    ProductType(
        name="Crisps", family="Sweets and Snacks", shape="crisp_bag", nouns=("crisps", "potato chips"), price=(1, 4.2),
        weight=1.0, varies=("flavour", "size"),
        attributes={"flavour": ("Salt", "Paprika", "Cheese", "Onion", "Vinegar", "Chilli"), "diet": ("Vegan", "Gluten-free"),
                    "size": ("150 g", "200 g", "6 x 25 g")},
        features=("hand cooked", "thick cut", "ridged", "baked", "light"),
    ),
    ProductType(
        name="Nuts", family="Sweets and Snacks", shape="nut_bag", nouns=("almonds", "hazelnuts", "mixed nuts", "cashews"),
        price=(2.2, 12), weight=0.8, varies=("size",),
        attributes={"flavour": ("Salt", "Honey", "Plain", "Chilli", "Smoke"), "diet": ("Vegan", "Organic", "Gluten-free"),
                    "size": ("200 g", "500 g", "1 kg")},
        features=("roasted", "unsalted", "blanched", "crunchy"),
    ),
    ProductType(
        name="Jam", family="Breakfast", shape="jam_jar", nouns=("jam", "fruit spread", "marmalade"), price=(1.6, 5.9), weight=1.0,
        varies=("flavour", "size"),
        attributes={"flavour": ("Strawberry", "Orange", "Cherry", "Peach", "Blackcurrant", "Apple"), "diet": ("Organic", "Vegan"),
                    "size": ("340 g", "250 g", "450 g")},
        features=("extra fruit", "less sugar", "home style", "smooth"),
    ),
    ProductType(
        name="Honey", family="Breakfast", shape="honey_jar", nouns=("honey",), price=(3.2, 14), weight=0.7, varies=("size",),
        attributes={"flavour": ("Blossom", "Forest", "Acacia", "Orange", "Heather"), "diet": ("Organic", "Fair Trade"),
                    "size": ("500 g", "250 g", "350 g")},
        features=("runny", "set", "raw", "with honeycomb", "squeezy"),
    ),
    ProductType(
        name="Cereals", family="Breakfast", shape="cereal_box", nouns=("cereal", "muesli", "granola"), price=(1.9, 6.9),
        weight=1.0, varies=("flavour", "size"),
        attributes={"flavour": ("Chocolate", "Honey", "Apple", "Strawberry", "Hazelnut", "Plain"), "diet": _DIETS,
                    "size": ("500 g", "375 g", "750 g")},
        features=("crunchy", "wholegrain", "high fibre", "no added sugar", "toasted"),
    ),
)  # fmt: skip
_CUPBOARD_AND_COLD: Final = (
    ProductType(
        name="Pasta", family="Cupboard", shape="pasta_bag", nouns=("spaghetti", "penne", "bow tie pasta", "shell pasta", "pasta"),
        price=(0.8, 4.2), weight=1.0, varies=("size",),
        attributes={"diet": ("Vegan", "Organic", "Gluten-free"), "size": _GRAMS},
        features=("durum wheat", "wholegrain", "bronze cut", "fresh egg", "red lentil"),
    ),
    ProductType(
        name="Rice", family="Cupboard", shape="rice_bag", nouns=("rice", "basmati rice", "risotto rice"), price=(1.2, 6.5),
        weight=0.7, varies=("size",),
        attributes={"diet": ("Vegan", "Organic", "Fair Trade"), "size": ("1 kg", "500 g", "5 kg")},
        features=("long grain", "brown", "quick cook", "fragrant"),
    ),
    ProductType(
        name="Soups", family="Cupboard", shape="soup_can", nouns=("soup",), price=(1.1, 4.5), weight=0.9, varies=("flavour",),
        attributes={"flavour": ("Tomato", "Chicken", "Mushroom", "Pumpkin", "Lentil", "Pea"),
                    "diet": ("Vegan", "Organic", "Gluten-free"), "size": ("400 g", "800 g")},
        features=("creamy", "chunky", "ready to heat", "spicy"),
    ),
    ProductType(
        name="Olive Oil", family="Cupboard", shape="oil_bottle", nouns=("olive oil",), price=(4.5, 22), weight=0.7,
        varies=("size",),
        attributes={"flavour": ("Mild", "Fruity", "Lemon", "Chilli"), "diet": ("Organic", "Vegan"),
                    "size": ("500 ml", "750 ml", "1 l")},
        features=("extra virgin", "cold pressed", "unfiltered", "early harvest"),
    ),
    ProductType(
        name="Sauces", family="Cupboard", shape="sauce_bottle", nouns=("sauce", "dip"), price=(1.3, 5.2), weight=0.9,
        varies=("flavour",),
        attributes={"flavour": ("Tomato", "Mustard", "Chilli", "Soy", "Onion", "Mango"),
                    "diet": ("Vegan", "Gluten-free", "Organic"), "size": ("250 ml", "500 ml")},
        features=("hot", "mild", "smoky", "squeezy", "for the grill"),
    ),
    ProductType(
        name="Bread", family="Bakery", shape="bread", nouns=("bread", "loaf", "toast bread"), price=(1.1, 5.5), weight=0.8,
        varies=("size",),
        attributes={"flavour": ("Wholemeal", "Rye", "Wheat", "Sunflower Seed", "Olive"),
                    "diet": ("Vegan", "Organic", "Gluten-free"), "size": ("500 g", "750 g", "1 kg")},
        features=("sourdough", "sliced", "stone oven", "soft"),
    ),
    ProductType(
        name="Cheese", family="Cold Shelf", shape="cheese", nouns=("cheese", "cheese slices"), price=(1.8, 9.5), weight=0.9,
        varies=("size",),
        attributes={"flavour": ("Mild", "Mature", "Smoke", "Pepper", "Herbs"), "diet": ("Organic", "Vegetarian"),
                    "size": ("200 g", "400 g", "150 g")},
        features=("aged 12 months", "creamy", "grated", "mountain", "goat's milk"),
    ),
    ProductType(
        name="Yogurts", family="Cold Shelf", shape="yogurt", nouns=("yogurt",), price=(0.6, 4.2), weight=1.0,
        varies=("flavour", "size"),
        attributes={"flavour": ("Strawberry", "Vanilla", "Peach", "Cherry", "Lemon", "Plain", "Coconut"),
                    "diet": ("Organic", "Vegan", "Gluten-free"), "size": ("150 g", "500 g", "4 x 125 g")},
        features=("creamy", "low fat", "Greek style", "high protein", "with fruit pieces"),
    ),
    ProductType(
        name="Ice Cream", family="Cold Shelf", shape="ice_cream", nouns=("ice cream",), price=(2.2, 8.5), weight=0.8,
        varies=("flavour",),
        attributes={"flavour": _SWEET, "diet": ("Vegan", "Organic", "Gluten-free"), "size": ("500 ml", "900 ml", "4 x 90 ml")},
        features=("creamy", "with chunks", "on a stick", "dairy"),
    ),
    ProductType(
        name="Dishwasher Tablets", family="Household", shape="tablet_box", nouns=("dishwasher tablets", "dish tablets"),
        price=(3.5, 16), weight=0.7, varies=("size",),
        attributes={"fragrance": ("Lemon", "Apple", "Orange", "Unscented"), "diet": ("Vegan",),
                    "size": ("40 tablets", "80 tablets", "25 tablets")},
        features=("all-in-one", "phosphate-free", "for hard water", "quick dissolving"),
    ),
)  # fmt: skip

GROCERIES: Final = Department(
    name="Groceries",
    code="G",
    brands={
        "Goldenfold": 1.0, "Maplethorn Farm": 1.2, "Casa Bellarosa": 1.15, "Hearthly": 0.9, "Sunbarrow": 0.85,
        "Little Orchardry": 1.1,
        "Norrland Pantry": 1.25, "Plain & Good": 0.65, "Dewberry Hill": 1.05, "Kornhaus": 0.95, "Old Mill Larder": 1.3,
        "Tamarinda": 1.0,
    },
    lines=("Farmhouse", "Selection", "Everyday", "Finest", "Garden", "Family", "Kitchen", "Sunday"),
    titles=(
        "{brand} {diet} {feature} {flavour} {noun} {extra}, {size}",
        "{brand} {line} {flavour} {noun}, {feature} {extra}, {size}",
        "{flavour} {noun} by {brand}, {diet}, {size}",
        "{brand} {flavour} {noun}, {fragrance}, {feature} {extra}, {diet}, {size}",
        "{brand} {line} {diet} {colour} {noun} {flavour} {size}",
        "{brand} {colour} {noun}, {fragrance}, {feature} {extra}, {size}",
    ),
    openings=("{feature} {noun} {extra} from {brand}.", "{flavour} {fragrance} {noun}, {diet}.",
              "Our {line} {noun}: {feature} {extra}."),
    about={
        "Fruit": ("Picked ripe, eaten fresh.", "For the fruit bowl, the cake and the lunch box."),
        "Drinks": ("For breakfast, or any time of the day.", "Good on its own and better shared."),
        "Sweets and Snacks": ("A small treat for the afternoon.", "Open, share, regret nothing."),
        "Breakfast": ("A good start with bread, yogurt or milk.", "Nothing in it that you would not use at home."),
        "Cupboard": ("Keeps well in a cool, dry place.", "Made after a recipe that has not changed."),
        "Bakery": ("Baked overnight, on the shelf by morning.", "Good with cheese, better with honey."),
        "Cold Shelf": ("From milk of short journeys.", "Spoon by spoon, or all at once."),
        "Household": ("Works in short programmes too.", "Cleans glasses without a trace."),
    },
    closings=("Recyclable packaging.", "Packed close to home.", ""),
    types=(*_FRUIT_AND_DRINKS, *_SWEET_AND_SAVOURY, *_CUPBOARD_AND_COLD),
)  # fmt: skip
