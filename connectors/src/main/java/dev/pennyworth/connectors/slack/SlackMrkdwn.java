package dev.pennyworth.connectors.slack;

import dev.pennyworth.connectors.MarkdownWriter;
import java.util.regex.Pattern;
import org.commonmark.node.Node;

/// Writes Markdown in Slack's mrkdwn. Whatever stands in angle brackets is a command to Slack, such
/// as `<!channel>`, which is HTML to Markdown: all of them are written as entities, but for the
/// links written here. Source: docs.slack.dev, formatting message text.
final class SlackMrkdwn extends MarkdownWriter {
  /// Of any other, `<…>` would be something else to Slack: `!channel` tells everybody.
  private static final Pattern LINKED = Pattern.compile("(?i)(https?://|mailto:).+");

  private int boldDepth;

  private SlackMrkdwn() {}

  static String of(String markdown) {
    return new SlackMrkdwn().write(markdown);
  }

  /// Text that means to Slack what it says, and mentions nobody.
  static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  @Override
  protected String plain(String text) {
    return escaped(text);
  }

  @Override
  protected void bold(Node node) {
    append(boldDepth++ == 0 ? "*" : "");
    visitChildren(node);
    append(--boldDepth == 0 ? "*" : "");
  }

  @Override
  protected void italic(Node node) {
    append("_");
    visitChildren(node);
    append("_");
  }

  @Override
  protected String code(String escaped) {
    return "`" + escaped + "`";
  }

  @Override
  protected String codeBlock(String escaped) {
    return "```\n" + escaped + "\n```";
  }

  @Override
  protected String quote(String inner) {
    return "> " + inner.replace("\n", "\n> ");
  }

  @Override
  protected String link(String label, String destination) {
    if (!LINKED.matcher(destination).matches()) {
      return "%s (%s)".formatted(label, escaped(destination));
    }
    String address =
        destination
            .replace("|", "%7C")
            .replace("<", "%3C")
            .replace(">", "%3E")
            .replace("&", "&amp;");
    boolean isLabelled = !label.isEmpty() && !label.equals(escaped(destination));
    // A label ends at the first bracket, and a link within one would be cut.
    return isLabelled && label.indexOf('<') < 0
        ? "<%s|%s>".formatted(address, label.replace('\n', ' '))
        : label.indexOf('<') < 0 ? "<%s>".formatted(address) : "%s <%s>".formatted(label, address);
  }
}
