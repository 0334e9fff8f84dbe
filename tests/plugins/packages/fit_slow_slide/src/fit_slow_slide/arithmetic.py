"""Arithmetic that the policy imports from its own package."""


def falling(course):
    return course.worsening(since=course.previous) > 0
