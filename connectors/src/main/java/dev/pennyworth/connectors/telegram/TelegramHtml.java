package dev.pennyworth.connectors.telegram;

import dev.pennyworth.connectors.MarkdownWriter;
import org.commonmark.node.Node;

/// Writes Markdown in the few tags that Telegram knows. Source: core.telegram.org/bots/api, HTML
/// style.
final class TelegramHtml extends MarkdownWriter {
  private TelegramHtml() {}

  static String of(String markdown) {
    return new TelegramHtml().write(markdown);
  }

  @Override
  protected String plain(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  @Override
  protected void bold(Node node) {
    tag("b", node);
  }

  @Override
  protected void italic(Node node) {
    tag("i", node);
  }

  private void tag(String name, Node node) {
    append("<" + name + ">");
    visitChildren(node);
    append("</" + name + ">");
  }

  @Override
  protected String code(String escaped) {
    return "<code>" + escaped + "</code>";
  }

  @Override
  protected String codeBlock(String escaped) {
    return "<pre>" + escaped + "</pre>";
  }

  @Override
  protected String quote(String inner) {
    return "<blockquote>" + inner + "</blockquote>";
  }

  @Override
  protected String link(String label, String destination) {
    return "<a href=\"" + plain(destination).replace("\"", "&quot;") + "\">" + label + "</a>";
  }
}
