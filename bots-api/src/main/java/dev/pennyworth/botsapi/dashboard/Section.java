package dev.pennyworth.botsapi.dashboard;

import dev.pennyworth.botsapi.accounts.Role;
import java.util.List;
import java.util.stream.Stream;

/// The entries of the navigation, in their order.
public enum Section {
  HOME("Home", "", Group.WORK, false),
  BOTS("Bots", "/bots", Group.WORK, false),
  TOOLS("Tools", "/tools", Group.WORK, false),
  LEDGER("Ledger", "/ledger", Group.MONEY, true),
  USAGE("Usage", "/usage", Group.MONEY, true),
  MODELS("Models and prices", "/models", Group.MONEY, false),
  BILLING("Plan and top-up", "/billing", Group.MONEY, true),
  TEAM("Members", "/team", Group.TEAM, false),
  KEYS("API keys", "/keys", Group.TEAM, false),
  WEBHOOKS("Webhooks", "/webhooks", Group.TEAM, true),
  AUDIT("Audit log", "/audit", Group.TEAM, true);

  /// What entries stand together.
  public enum Group {
    WORK("Bots"),
    MONEY("Money"),
    TEAM("Team");

    private final String label;

    Group(String label) {
      this.label = label;
    }

    public String label() {
      return label;
    }

    /// Its entries that a role may open.
    public List<Section> sections(Role role) {
      return Stream.of(Section.values())
          .filter(it -> it.group == this && it.isOpenTo(role))
          .toList();
    }
  }

  private final String label;
  private final String path;
  private final Group group;
  private final boolean isOfMoney;

  Section(String label, String path, Group group, boolean isOfMoney) {
    this.label = label;
    this.path = "/dashboard" + path;
    this.group = group;
    this.isOfMoney = isOfMoney;
  }

  public String label() {
    return label;
  }

  public String path() {
    return path;
  }

  private boolean isOpenTo(Role role) {
    return !isOfMoney || role.readsMoney();
  }
}
