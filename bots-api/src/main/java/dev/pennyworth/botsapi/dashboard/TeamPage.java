package dev.pennyworth.botsapi.dashboard;

import dev.pennyworth.botsapi.accounts.Members;
import dev.pennyworth.botsapi.accounts.Role;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Members of the team, and those who are invited.
///
/// @param own the id of who looks
/// @param form to take somebody in
public record TeamPage(
    List<Members.MemberView> members, @Nullable String nextCursor, String own, Form form) {
  /// What a member can be.
  public static final List<Options.Option> ROLES = Options.ofWords(Role.WORDS);

  public TeamPage {
    members = List.copyOf(members);
  }

  public boolean isOwn(Members.MemberView member) {
    return member.id().equals(own);
  }
}
