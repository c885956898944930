package dev.pennyworth.connectors.whatsapp;

import dev.pennyworth.connectors.MarkdownWriter;
import java.util.ArrayDeque;
import java.util.Deque;
import org.commonmark.node.Node;

/// Writes Markdown as WhatsApp formats text: `*bold*`, `_italic_`, code between backticks, `> ` and
/// lists. Links show their address: there is no other way to follow them. Source: faq.whatsapp.com,
/// how to format your messages.
final class WhatsAppText extends MarkdownWriter {
  /// The marks that are open: WhatsApp formats within a line only.
  private final Deque<String> open = new ArrayDeque<>();

  private WhatsAppText() {}

  static String of(String markdown) {
    return new WhatsAppText().write(markdown);
  }

  @Override
  protected String plain(String text) {
    return text;
  }

  @Override
  protected void bold(Node node) {
    marked("*", node);
  }

  @Override
  protected void italic(Node node) {
    marked("_", node);
  }

  /// Twice the same mark, such as a strong word in a heading, would end the first.
  private void marked(String mark, Node node) {
    if (open.contains(mark)) {
      visitChildren(node);
      return;
    }
    append(mark);
    open.push(mark);
    visitChildren(node);
    open.pop();
    append(mark);
  }

  @Override
  protected void newLine() {
    open.forEach(this::append);
    append("\n");
    open.descendingIterator().forEachRemaining(this::append);
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
  protected String bullet() {
    return "- ";
  }

  @Override
  protected String link(String label, String destination) {
    boolean isShown = destination.equals(label) || destination.equals("mailto:" + label);
    if (isShown || destination.isEmpty()) {
      return label;
    }
    return label.isEmpty() ? destination : label + " (" + destination + ")";
  }

  @Override
  protected String image(String label, String destination) {
    return link(label, destination);
  }
}
