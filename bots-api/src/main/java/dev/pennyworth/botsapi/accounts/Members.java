package dev.pennyworth.botsapi.accounts;

import dev.pennyworth.billing.TeamId;
import dev.pennyworth.botsapi.accounts.JdbcInvitations.Invitation;
import dev.pennyworth.botsapi.accounts.JdbcMembers.Member;
import dev.pennyworth.botsapi.audit.Actor;
import dev.pennyworth.botsapi.audit.AuditAction;
import dev.pennyworth.botsapi.audit.JdbcAudit;
import dev.pennyworth.connectors.HttpFailure;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/// Who joins and leaves a team. Whoever changes that holds the team's lock, and is asked again
/// under it whether he still may: two owners who remove each other cannot leave a team without one.
public final class Members {
  private static final int MEMBERS_OF_A_TEAM_MAX = 200;

  private final Jdbi jdbi;
  private final JdbcMembers members;
  private final JdbcInvitations invitations;
  private final JdbcApiKeys keys;
  private final JdbcAudit audit;
  private final Supplier<UUID> ids;
  private final InstantSource clock;

  Members(
      Jdbi jdbi,
      JdbcMembers members,
      JdbcInvitations invitations,
      JdbcApiKeys keys,
      JdbcAudit audit,
      Supplier<UUID> ids,
      InstantSource clock) {
    this.jdbi = jdbi;
    this.members = members;
    this.invitations = invitations;
    this.keys = keys;
    this.audit = audit;
    this.ids = ids;
    this.clock = clock;
  }

  /// A member, or somebody who is invited, as HTTP writes him.
  ///
  /// @param id `usr_…`, or `inv_…` while invited
  /// @param status `active` or `invited`
  public record MemberView(String id, String email, String role, String status, Instant createdAt) {
    private static MemberView of(Member member) {
      return new MemberView(
          member.user().toString(),
          member.email().text(),
          member.role().word(),
          "active",
          member.createdAt());
    }

    private static MemberView of(Invitation invitation) {
      return new MemberView(
          invitation.id().toString(),
          invitation.email().text(),
          invitation.role().word(),
          "invited",
          invitation.createdAt());
    }
  }

  /// What the audit log tells of a member.
  private record Noted(String email, String role) {
    private static Noted of(EmailAddress email, Role role) {
      return new Noted(email.text(), role.word());
    }
  }

  /// The team's members and those who are invited.
  List<MemberView> list(TeamId team, Optional<UUID> after, int rows) {
    return jdbi.withHandle(handle -> members.list(handle, team, after, rows)).stream()
        .map(row ->
            row.isInvited()
                ? MemberView.of(
                    new Invitation(
                        new InvitationId(row.id()), team, row.email(), row.role(), row.createdAt()))
                : MemberView.of(
                    new Member(new UserId(row.id()), row.email(), row.role(), row.createdAt())))
        .toList();
  }

  /// The teams of a person, the oldest first.
  public List<JdbcMembers.Membership> teamsOf(
      UserId user, Optional<TeamId> only, Optional<TeamId> after, int rows) {
    return jdbi.withHandle(handle -> members.teamsOf(handle, user, only, after, rows));
  }

  /// Takes somebody into the team: at once if he has an account, else he is invited. Joins the
  /// caller's transaction.
  ///
  /// @throws HttpFailure 403, or 409 if he is there already or the team is full
  MemberView add(Handle tx, Caller caller, EmailAddress email, Role role) {
    lock(tx, caller);
    requireOwner(tx, caller);
    if (members.count(tx, caller.team()) >= MEMBERS_OF_A_TEAM_MAX) {
      throw HttpFailure.conflict(
          "too_many_members",
          "A team may have %d members, those invited among them. Remove one first."
              .formatted(MEMBERS_OF_A_TEAM_MAX));
    }
    var user = members.userOf(tx, email);
    return user.isPresent()
        ? insert(tx, caller, user.get(), email, role)
        : invite(tx, caller, email, role);
  }

  private MemberView insert(Handle tx, Caller caller, UserId user, EmailAddress email, Role role) {
    if (!members.insert(tx, caller.team(), user, role, clock.instant())) {
      throw HttpFailure.conflict("already_member", email + " is a member already.");
    }
    audit.record(
        tx, caller, AuditAction.MEMBER_ADDED, user.toString(), null, Noted.of(email, role));
    return MemberView.of(members.find(tx, caller.team(), user).orElseThrow());
  }

  private MemberView invite(Handle tx, Caller caller, EmailAddress email, Role role) {
    var invitation =
        new Invitation(new InvitationId(ids.get()), caller.team(), email, role, clock.instant());
    if (!invitations.insert(tx, invitation, caller.user())) {
      throw HttpFailure.conflict("already_invited", email + " is invited already.");
    }
    audit.record(
        tx,
        caller,
        AuditAction.MEMBER_INVITED,
        invitation.id().toString(),
        null,
        Noted.of(email, role));
    return MemberView.of(invitation);
  }

  /// Gives a member, or somebody who is invited, another role. Joins the caller's transaction.
  ///
  /// @param id `usr_…` or `inv_…`
  /// @param asked the role, read once it is known whose it will be
  /// @throws HttpFailure 403, 404, or 409 if the team would have no owner
  MemberView change(Handle tx, Caller caller, String id, Supplier<Role> asked) {
    lock(tx, caller);
    requireOwner(tx, caller);
    var invitation = invitation(tx, caller.team(), id);
    if (invitation.isPresent()) {
      var before = invitation.get();
      var role = asked.get();
      invitations.setRole(tx, before, role);
      note(tx, caller, id, before.email(), before.role(), role);
      return MemberView.of(
          new Invitation(before.id(), before.team(), before.email(), role, before.createdAt()));
    }
    var before = member(tx, caller.team(), id);
    var role = asked.get();
    if (role != Role.OWNER) {
      requireAnotherOwner(tx, caller.team(), before);
    }
    members.setRole(tx, caller.team(), before.user(), role);
    note(tx, caller, id, before.email(), before.role(), role);
    return MemberView.of(new Member(before.user(), before.email(), role, before.createdAt()));
  }

  private void note(
      Handle tx, Caller caller, String id, EmailAddress email, Role before, Role after) {
    if (before != after) {
      audit.record(
          tx,
          caller,
          AuditAction.MEMBER_ROLE_CHANGED,
          id,
          Noted.of(email, before),
          Noted.of(email, after));
    }
  }

  /// Removes a member with his API keys, or takes an invitation back. Everybody may leave. Joins
  /// the caller's transaction.
  ///
  /// @param id `usr_…` or `inv_…`
  /// @throws HttpFailure 403, 404, or 409 if the team would have no owner
  void remove(Handle tx, Caller caller, String id) {
    lock(tx, caller);
    boolean leaves = id.equals(caller.user().toString());
    if (!leaves) {
      requireOwner(tx, caller);
    }
    var invitation = invitation(tx, caller.team(), id);
    if (invitation.isPresent()) {
      var before = invitation.get();
      invitations.delete(tx, before);
      audit.record(
          tx,
          caller,
          AuditAction.INVITATION_WITHDRAWN,
          id,
          Noted.of(before.email(), before.role()),
          null);
      return;
    }
    var before = member(tx, caller.team(), id);
    requireAnotherOwner(tx, caller.team(), before);
    keys.deleteOf(tx, caller, before.user());
    members.delete(tx, caller.team(), before.user());
    audit.record(
        tx,
        caller,
        leaves ? AuditAction.MEMBER_LEFT : AuditAction.MEMBER_REMOVED,
        id,
        Noted.of(before.email(), before.role()),
        null);
  }

  /// Whether anybody waits for this address.
  boolean isInvited(EmailAddress email) {
    return !jdbi.withHandle(handle -> invitations.of(handle, email)).isEmpty();
  }

  /// Takes a person into the teams that invited him, each in a transaction of its own. Asked at
  /// each sign-in, so that none is missed: of one that a crash left over, or that was written while
  /// he registered. Safe to repeat.
  void joinInvited(UserId user, EmailAddress email) {
    for (var invitation : jdbi.withHandle(handle -> invitations.of(handle, email))) {
      jdbi.useTransaction(tx -> join(tx, user, invitation));
    }
  }

  private void join(Handle tx, UserId user, Invitation read) {
    members.lockTeam(tx, read.team());
    var invitation = invitations.find(tx, read.team(), read.id());
    if (invitation.isEmpty()) {
      return; // withdrawn, or joined by another request
    }
    var waiting = invitation.get();
    invitations.delete(tx, waiting);
    if (members.insert(tx, waiting.team(), user, waiting.role(), clock.instant())) {
      audit.record(
          tx,
          waiting.team(),
          Actor.of(user),
          AuditAction.MEMBER_JOINED,
          user.toString(),
          null,
          Noted.of(waiting.email(), waiting.role()));
    }
  }

  private void lock(Handle tx, Caller caller) {
    members.lockTeam(tx, caller.team());
  }

  /// His role was read before the lock; meanwhile another owner may have taken it from him.
  private void requireOwner(Handle tx, Caller caller) {
    boolean isOwner =
        members
            .find(tx, caller.team(), caller.user())
            .filter(member -> member.role().managesTeam())
            .isPresent();
    caller.require(role -> isOwner && role.managesTeam(), "manage members");
  }

  private void requireAnotherOwner(Handle tx, TeamId team, Member member) {
    if (member.role() == Role.OWNER && members.owners(tx, team) == 1) {
      throw HttpFailure.conflict(
          "last_owner", "A team needs an owner. Make somebody else an owner first.");
    }
  }

  private Optional<Invitation> invitation(Handle tx, TeamId team, String id) {
    return InvitationId.parse(id).flatMap(it -> invitations.find(tx, team, it));
  }

  private Member member(Handle tx, TeamId team, String id) {
    return UserId.parse(id)
        .flatMap(user -> members.find(tx, team, user))
        .orElseThrow(() -> HttpFailure.notFound("member"));
  }
}
