"""What people write: the words of the made-up conversations, by intent, topic and language."""

from random import Random

TOPICS = ("delivery", "billing", "quality", "app", "taste", "subscription")

ENGLISH: dict[str, dict[str, tuple[str, ...]]] = {
    "question": {
        "delivery": (
            "how long does shipping of the {product} take to {city}?",
            "does anyone know whether you ship the {product} on Saturdays?",
            "where can I see the tracking number of my parcel?",
        ),
        "billing": (
            "where do I find the invoice for my {product}?",
            "can I pay for the {product} by bank transfer?",
            "is VAT included in the price you show?",
        ),
        "quality": (
            "which descaler is right for the {product}?",
            "how often should I clean the brewing group of my {product}?",
            "is it normal that the {product} hums for a minute after brewing?",
        ),
        "app": (
            "how do I connect the app to a new wifi network?",
            "does the app run on an older tablet too?",
            "where in the app can I change the brewing temperature?",
        ),
        "taste": (
            "which grind setting do you recommend for a light roast?",
            "what is the difference between the two dark roasts?",
            "how much water per gram of coffee do you use?",
        ),
        "subscription": (
            "can I pause the Roast Club while I am on holiday?",
            "when is the next Roast Club box due?",
            "how do I change the address of my subscription?",
        ),
    },
    "complaint": {
        "delivery": (
            "my {product} is {days} days late and nobody tells me anything, terrible service",
            "the parcel arrived crushed and half of it was missing. Very disappointed",
            "third time the courier left my {product} in the rain. This is annoying",
        ),
        "billing": (
            "you charged me twice for the {product} and I am still without my refund",
            "the invoice is wrong again, I am really fed up with this",
            "that discount code never worked and I paid the full price, awful",
        ),
        "quality": (
            "my {product} leaks after {days} weeks, such poor quality",
            "the {product} broke down again. Worst machine I ever owned",
            "the handle of my {product} snapped off, this is a joke",
        ),
        "app": (
            "the app crashes every single morning since the update, so frustrating",
            "your app logged me out again and lost all my recipes. Useless",
            "pairing fails for the tenth time, I hate this app",
        ),
        "taste": (
            "the last bag tasted burnt and stale, really bad batch",
            "sour, flat and horrible: what happened to the house roast?",
            "this month's beans are awful, I had to throw them away",
        ),
        "subscription": (
            "I changed my plan and still got the wrong box, sloppy work",
            "my Roast Club box did not come this month, no word from you, poor",
            "the subscription page shows an error whenever I try to edit it, annoying",
        ),
    },
    "praise": {
        "delivery": ("ordered on Monday, the {product} was here on Tuesday. Great work!",),
        "billing": ("refund arrived within a day, thank you, wonderful service!",),
        "quality": (
            "two years with my {product} and it still makes perfect coffee, love it",
            "the {product} is the best thing in our kitchen, fantastic build",
        ),
        "app": ("the new app is so nice and quick, well done!",),
        "taste": (
            "the Ethiopian roast is wonderful, best cup in years",
            "just brewed the new blend: delicious, I am delighted",
        ),
        "subscription": ("the Roast Club is a joy every month, happy member here",),
    },
    "purchase": {
        "quality": (
            "thinking of buying the {product}, which colour do you have in stock?",
            "I want to order a {product} for our office, could you send me an offer?",
            "ready to buy the {product} today if there is a discount for two",
        ),
        "subscription": (
            "I would like to sign up for the Roast Club, what does it cost per month?",
        ),
    },
    "churn_threat": {
        "subscription": (
            "I have had enough, I am cancelling my Roast Club and going to Kupferkanne",
            "last chance before I cancel my subscription for good",
            "closing my account this week and switching to another roaster",
        ),
        "delivery": ("one more late box and I will take my money elsewhere, I am leaving you",),
    },
    "crisis": {
        "quality": (
            "my {product} caught fire this morning, there was smoke all over the kitchen!",
            "got an electric shock from the {product}, my hand is burnt and I am in hospital",
            "the {product} exploded and the hot water scalded my daughter",
        ),
        "app": (
            "I can see other customers' names and card numbers in your app, this is a data leak",
            "somebody hacked my account through your app and my bank data is on a forum",
        ),
        "taste": (
            "found glass splinters in the beans, my mother cut her mouth and is bleeding",
            "three of us are in the emergency room with food poisoning after your cold brew",
        ),
        "delivery": ("your driver hit a child in our street and drove off, police are here",),
    },
}

OTHER_LANGUAGES: dict[str, dict[str, dict[str, tuple[str, ...]]]] = {
    "de": {
        "question": {"delivery": ("wie lange dauert der Versand vom {product} nach {city}?",)},
        "complaint": {
            "quality": ("mein {product} ist nach {days} Wochen kaputt, das ist wirklich ärgerlich",)
        },
        "praise": {"taste": ("der neue Kaffee schmeckt wunderbar, vielen Dank dafür!",)},
        "churn_threat": {
            "subscription": ("mir reicht es, ich kündige mein Abo und gehe zur Konkurrenz",)
        },
    },
    "fr": {
        "question": {"billing": ("où puis-je trouver la facture de mon {product} ?",)},
        "complaint": {"delivery": ("mon colis a {days} jours de retard, c'est inadmissible",)},
        "praise": {"quality": ("la {product} est magnifique, merci beaucoup !",)},
    },
    "es": {
        "question": {"app": ("¿cómo conecto la aplicación a una red wifi nueva?",)},
        "complaint": {"billing": ("me habéis cobrado dos veces el {product}, estoy muy enfadado",)},
        "praise": {"taste": ("el nuevo café está buenísimo, muchas gracias",)},
    },
    "ja": {"praise": {"taste": ("新しいコーヒーはとても美味しいです。ありがとうございます",)}},
    "ar": {"question": {"delivery": ("متى يصل طلبي من فضلكم؟",)}},
    "ru": {
        "complaint": {"quality": ("кофемашина {product} сломалась через {days} недели, ужасно",)}
    },
}

OPENERS = ("", "", "", "Hi, ", "Hello there, ", "Hey, ", "Quick one: ", "Good morning, ")
CLOSERS = ("", "", "", " 🙂", " ☕", " #coffee", " Cheers!", " …")
BRAND_ANSWERS = (
    "thanks for getting in touch. You find it under Help, My orders; the page lists each step.",
    "sorry to read this. Could you send us your order number in a direct message?",
    "good question: it depends on the model, the manual describes it on page twelve.",
    "we have looked into it and sent you a replacement today.",
)
PEER_ANSWERS = (
    "same here last year: hold the left button for five seconds, then it works.",
    "I use the medium setting and wait half a minute, makes all the difference.",
    "look in your account under Deliveries, there is a small link at the bottom.",
    "mine did that too, a new seal for two euros fixed it.",
)
THANKS = (
    "that worked, thank you so much!",
    "perfect, thanks a lot, solved!",
    "thanks, that helped 🙏",
)
STILL_BROKEN = ("it happens again, the same error as before. Please look at this once more.",)
DIRECT = ("here is my order number: {order}. I would rather not post it in public.",)
BRAND_THANKS = ("thank you for the kind words, that makes our day!",)
CHATTER = (
    "long walk through {city} today, the light was wonderful",
    "anyone else at the {interest} meeting on Thursday?",
    "new {interest} photos are up on my page",
    "rain again in {city}. Reading weather",
    "finally finished the {interest} project of last winter",
)
FARM = (
    "Great brand!!",
    "Best coffee ever, follow me",
    "So true, thank you friend!",
    "Amazing, thanks!",
)


def inbound(rng: Random, intent: str, language: str) -> tuple[str, str, str]:
    """A customer's opening post: (text with slots, topic, language really used)."""
    book = OTHER_LANGUAGES.get(language, {}).get(intent)
    if book is None or rng.random() < 0.4:
        book, language = ENGLISH[intent], "en"
    topic = rng.choice(sorted(book))
    text = rng.choice(book[topic])
    if language != "en":
        return text, topic, language
    return f"{rng.choice(OPENERS)}{text}{rng.choice(CLOSERS)}", topic, language
