"""The words that stand on every page, answer and card."""

NOTICE = "Research and teaching only. Not a medical device. Not a diagnosis."

DATA_LICENCE = "CC BY-NC 4.0"

HAM10000_LICENCE = "CC-BY-NC-4.0"  # the code of core.licences

HAM10000_CITATION = (
    "P. Tschandl, C. Rosendahl, H. Kittler, The HAM10000 dataset, Sci. Data 5:180161 (2018), doi:10.7910/DVN/DBW86T"
)

HAM10000_ATTRIBUTION = f"Derived from HAM10000: {HAM10000_CITATION}, {DATA_LICENCE}."

SKIN_TONE_LIMIT = "HAM10000 is overwhelmingly of light skin: fairness on dark skin cannot be established from it."
