"""Measure what is served on labelled folders, through the path that serving takes."""

from backend.training.evaluation.attributes import evaluate_attributes
from backend.training.evaluation.categories import evaluate_categories
from backend.training.evaluation.detection import evaluate_detection
from backend.training.evaluation.extraction import evaluate_extraction
from backend.training.evaluation.images import evaluate_images
from backend.training.evaluation.retrieval import evaluate_retrieval
from backend.training.evaluation.words import evaluate_words

__all__ = [
    "evaluate_attributes",
    "evaluate_categories",
    "evaluate_detection",
    "evaluate_extraction",
    "evaluate_images",
    "evaluate_retrieval",
    "evaluate_words",
]
