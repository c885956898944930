package dev.pennyworth.botsapi.dashboard;

/// What went wrong, for a page.
public record ErrorPage(int status, String headline, String message, boolean isSignedIn) {}
