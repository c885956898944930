package dev.pennyworth.billing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Runs the example of docs/BILLING.md, as it stands there, through the gate.
class WorkedExampleTest {
  private static final Path PAGE = Path.of("..", "docs", "BILLING.md");
  private static final long FRAMING_TOKENS = 1_024;
  private static final long TIGHT_INPUT_TOKENS = 1_570;

  private final TestingBilling billing = new TestingBilling();
  private final Map<String, Long> given = column("### Given", 1);

  @AfterEach
  void theBooksAddUp() {
    assertThat(billing.prove().firstMismatch()).isEmpty();
    billing.close();
  }

  @Test
  void whatIsGivenIsTheCatalogueAndTheBoundOfTheRequest() {
    assertThat(given("price.input")).isEqualTo(TestingBilling.GPT_4O_MINI.inputNanosPerMillion());
    assertThat(given("price.output")).isEqualTo(TestingBilling.GPT_4O_MINI.outputNanosPerMillion());
    assertThat(given("input_tokens_max")).isEqualTo(given("request_bytes") + FRAMING_TOKENS);
  }

  @Test
  void walletAndCapReadAsThePageSaysBeforeDuringAndAfterTheCall() {
    billing.setLimits(Map.of(LimitKind.LIFETIME, new NanoUsd(given("cap"))));
    assertThat(figures()).isEqualTo(column("### Step by step", 1));

    var hold = billing.granted(request());
    assertThat(figures()).isEqualTo(column("### Step by step", 2));

    billing.settle(hold, reported());
    assertThat(figures()).isEqualTo(column("### Step by step", 3));
  }

  @Test
  void ledgerAndDaySayAfterwardsWhatThePageSays() {
    billing.settle(billing.granted(request()), reported());

    assertThat(ledgerLines()).isEqualTo(column("### Ledger lines", 1));
    assertThat(daysFigures()).isEqualTo(column("### Day's figures", 1));
  }

  @Test
  void aShorterCapTightensThenLowersThenRefusesAsThePageSays() {
    for (var row : rows("### When the cap is short")) {
      billing.setLimits(Map.of(LimitKind.LIFETIME, new NanoUsd(number(row.get(0)))));

      var reservation = billing.reserve(request());

      assertThat(told(row.get(0), reservation)).isEqualTo(row);
      if (reservation instanceof Reservation.Granted(var hold)) {
        billing.voidHold(hold);
      }
    }
  }

  @Test
  void theRowWrittenOutByHandHasTheHashThatThePageSays() throws NoSuchAlgorithmException {
    byte[] text = fenced("chain").getBytes(StandardCharsets.UTF_8);
    var hash = fenced("hash").strip();

    assertThat(Hash.of(MessageDigest.getInstance("SHA-256").digest(text)).hex()).isEqualTo(hash);
    assertThat(Hash.ofRow(freeCredit()).hex()).isEqualTo(hash);
  }

  private HoldRequest request() {
    return billing
        .request(1, given("max_tokens"), given("input_tokens_max"))
        .withTightInput(TIGHT_INPUT_TOKENS)
        .build();
  }

  private TokenUsage reported() {
    return new TokenUsage(given("reported.input"), given("reported.output"), 0, 0);
  }

  private Map<String, Long> figures() {
    var wallet = billing.wallet();
    var lifetime = billing.budget(LimitKind.LIFETIME);
    var figures = new LinkedHashMap<String, Long>();
    figures.put("wallet.balance", wallet.balance().nanos());
    figures.put("wallet.held", wallet.held().nanos());
    figures.put("wallet.available", wallet.available().nanos());
    figures.put("wallet.spent", wallet.spent().nanos());
    figures.put("lifetime.spent", lifetime.spent().nanos());
    figures.put("lifetime.held", lifetime.held().nanos());
    figures.put("lifetime.remaining", lifetime.remaining().orElseThrow().nanos());
    return figures;
  }

  private Map<String, Long> ledgerLines() {
    var newest =
        billing.ledger.list(
            billing.team,
            new JdbcLedger.Filter(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of("charge"),
                Optional.empty(),
                Long.MAX_VALUE,
                1));
    var lines = new LinkedHashMap<String, Long>();
    newest
        .getFirst()
        .entries()
        .forEach(entry -> lines.put(entry.account(), entry.amount().nanos()));
    return lines;
  }

  private Map<String, Long> daysFigures() {
    var today = LocalDate.ofInstant(billing.now.get(), TestingBilling.UTC);
    var day =
        billing
            .jdbi
            .withHandle(
                handle -> billing.rollups.days(handle, billing.team, billing.bot, today, today))
            .getFirst();
    return Map.of(
        "tokens_input", day.tokens().input(),
        "tokens_output", day.tokens().output(),
        "cost", day.cost().nanos(),
        "billed", day.billed().nanos());
  }

  /// What became of a request, as a row of the page's table.
  private static List<String> told(String cap, Reservation reservation) {
    return switch (reservation) {
      case Reservation.Granted(var hold) ->
          List.of(
              cap,
              "held",
              written(hold.inputTokensMax()),
              written(hold.outputTokensMax()),
              written(hold.amount().nanos()));
      case Reservation.CountFirst _ -> throw new AssertionError("to be counted first");
      case Reservation.Refused(var refusal) ->
          List.of(
              cap,
              "refused",
              written(TIGHT_INPUT_TOKENS),
              written(Headroom.OUTPUT_TOKENS_MIN),
              written(refusal.needed()));
    };
  }

  private static LedgerRow freeCredit() {
    var credit = NanoUsd.ofCents(500);
    var team = TeamId.parse("team_00000000000070008000000000000001").orElseThrow();
    return new LedgerRow(
        1,
        new TxnId(TypedIds.of("txn", team.uuid().toString(), "free_credit")),
        "free_credit",
        Instant.parse("2026-03-14T12:00:00Z"),
        "free_credit",
        credit,
        credit,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        TokenUsage.NONE,
        NanoUsd.ZERO,
        NanoUsd.ZERO,
        List.of(),
        List.of(
            new LedgerRow.Entry("wallet", credit),
            new LedgerRow.Entry("promotion", credit.negated())),
        Hash.NONE,
        Hash.NONE);
  }

  private long given(String name) {
    return Optional.ofNullable(given.get(name)).orElseThrow();
  }

  /// A column of the table below a heading, by the names in the first column.
  private static Map<String, Long> column(String heading, int column) {
    var values = new LinkedHashMap<String, Long>();
    rows(heading).forEach(row -> values.put(row.getFirst(), number(row.get(column))));
    return values;
  }

  /// The cells of the table below a heading, without its head, free of backticks.
  private static List<List<String>> rows(String heading) {
    return page()
        .lines()
        .dropWhile(line -> !line.equals(heading))
        .dropWhile(line -> !line.startsWith("|"))
        .takeWhile(line -> line.startsWith("|"))
        .skip(2)
        .map(WorkedExampleTest::cells)
        .toList();
  }

  private static List<String> cells(String line) {
    return Arrays.stream(line.substring(1).split("\\|"))
        .map(cell -> cell.strip().replace("`", ""))
        .toList();
  }

  private static String fenced(String kind) {
    String page = page();
    String begin = "```" + kind + "\n";
    int start = page.indexOf(begin) + begin.length();
    return page.substring(start, page.indexOf("```", start));
  }

  private static long number(String text) {
    return Long.parseLong(text.replace(",", ""));
  }

  private static String written(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  private static String page() {
    try {
      return Files.readString(PAGE);
    } catch (IOException e) {
      throw new IllegalStateException("docs/BILLING.md cannot be read", e);
    }
  }
}
