"""The words that stand on every page, answer and card."""

NOTICE = "Research and teaching only. Not a medical device. Not a diagnosis."

DATA_LICENCE = "CC BY-NC 4.0"

HAM10000_ATTRIBUTION = (
    "Derived from HAM10000: P. Tschandl, C. Rosendahl, H. Kittler, The HAM10000 dataset, "
    "Sci. Data 5:180161 (2018), doi:10.7910/DVN/DBW86T, CC BY-NC 4.0."
)

SKIN_TONE_LIMIT = "HAM10000 is overwhelmingly of light skin: fairness on dark skin cannot be established from it."
