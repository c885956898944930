package dev.pennyworth.botsapi.dashboard;

import dev.pennyworth.billing.WalletState;
import dev.pennyworth.botsapi.accounts.Role;
import java.util.List;
import java.util.Optional;

/// What is around every page: who looks at it, at which team, and what there is to spend.
///
/// @param section of the navigation that the page belongs to
/// @param signedIn empty on the pages before
/// @param formToken that every form of the page carries
/// @param theme `light`, `dark` or `auto`
/// @param address of the page, to come back to it
public record Frame(
    String title,
    Optional<Section> section,
    Optional<SignedInPerson> signedIn,
    String formToken,
    String theme,
    String address,
    Optional<Notice> notice,
    Assets assets) {

  /// Who is signed in, and the team that he looks at.
  ///
  /// @param wallet empty for who may not read the balance
  public record SignedInPerson(
      String email,
      Role role,
      String teamName,
      List<TeamChoice> teams,
      Optional<WalletState> wallet) {
    public SignedInPerson {
      teams = List.copyOf(teams);
    }

    public boolean hasSeveralTeams() {
      return teams.size() > 1;
    }
  }

  /// A team to choose.
  public record TeamChoice(String id, String name, boolean isChosen) {}

  public boolean isAt(Section other) {
    return section.filter(other::equals).isPresent();
  }

  /// The role of who looks; nobody may do less than a viewer.
  public Role role() {
    return signedIn.map(SignedInPerson::role).orElse(Role.VIEWER);
  }
}
