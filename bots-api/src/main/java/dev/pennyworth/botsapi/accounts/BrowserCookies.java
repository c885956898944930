package dev.pennyworth.botsapi.accounts;

/// The cookies of the dashboard, by name.
public final class BrowserCookies {
  /// Who is signed in. HttpOnly.
  public static final String SESSION = "pennyworth_session";

  /// Which of his teams he looks at.
  public static final String TEAM = "pennyworth_team";

  /// The paths at which the session counts. Nothing of the API is below it.
  public static final String PATH = "/dashboard";

  private BrowserCookies() {}
}
