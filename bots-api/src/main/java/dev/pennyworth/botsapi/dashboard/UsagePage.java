package dev.pennyworth.botsapi.dashboard;

import dev.pennyworth.botsapi.money.UsageController;
import dev.pennyworth.botsapi.money.UsageGroup;
import java.util.List;
import java.util.Optional;

/// What bots used, in groups, and by day as charts.
///
/// @param query the filters, for links
/// @param daysLeft until the wallet is empty at the pace of the last whole days
public record UsagePage(
    Form filters,
    String query,
    Optional<UsageController.Listing> usage,
    List<Chart> charts,
    Optional<Long> daysLeft) {
  /// What usage can be grouped by.
  public static final List<Options.Option> GROUPS = Options.ofWords(UsageGroup.WORDS);

  public UsagePage {
    charts = List.copyOf(charts);
  }

  /// A path with the filters kept.
  public String path(String path) {
    return query.isEmpty() ? path : path + "?" + query;
  }

  /// How long the wallet lasts, in words.
  public String lasts() {
    return daysLeft.map(Words::days).orElse("–");
  }

  /// What a group is called.
  public static String name(UsageController.Group group) {
    return group.name().or(group::key).orElse("none");
  }
}
