package dev.pennyworth.connectors.telegram;

import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.BlockQuote;
import org.commonmark.node.BulletList;
import org.commonmark.node.Code;
import org.commonmark.node.Document;
import org.commonmark.node.Emphasis;
import org.commonmark.node.FencedCodeBlock;
import org.commonmark.node.HardLineBreak;
import org.commonmark.node.Heading;
import org.commonmark.node.HtmlBlock;
import org.commonmark.node.HtmlInline;
import org.commonmark.node.Image;
import org.commonmark.node.IndentedCodeBlock;
import org.commonmark.node.Link;
import org.commonmark.node.LinkReferenceDefinition;
import org.commonmark.node.ListItem;
import org.commonmark.node.Node;
import org.commonmark.node.OrderedList;
import org.commonmark.node.Paragraph;
import org.commonmark.node.SoftLineBreak;
import org.commonmark.node.StrongEmphasis;
import org.commonmark.node.Text;
import org.commonmark.node.ThematicBreak;
import org.commonmark.parser.Parser;

/// Writes Markdown in the few tags that Telegram knows. Source: core.telegram.org/bots/api, HTML
/// style.
final class TelegramHtml extends AbstractVisitor {
  private static final Parser PARSER = Parser.builder().build();

  private final StringBuilder html = new StringBuilder();
  private int listDepth;

  private TelegramHtml() {}

  static String of(String markdown) {
    var writer = new TelegramHtml();
    PARSER.parse(markdown).accept(writer);
    return writer.html.toString().strip();
  }

  private void tag(String name, Node node) {
    html.append('<').append(name).append('>');
    visitChildren(node);
    html.append("</").append(name).append('>');
  }

  private void code(String text) {
    html.append("<pre>").append(escaped(text.stripTrailing())).append("</pre>\n\n");
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  @Override
  public void visit(Document document) {
    visitChildren(document);
  }

  @Override
  public void visit(Text text) {
    html.append(escaped(text.getLiteral()));
  }

  @Override
  public void visit(Emphasis emphasis) {
    tag("i", emphasis);
  }

  @Override
  public void visit(StrongEmphasis strong) {
    tag("b", strong);
  }

  @Override
  public void visit(Heading heading) {
    tag("b", heading);
    html.append("\n\n");
  }

  @Override
  public void visit(Code code) {
    html.append("<code>").append(escaped(code.getLiteral())).append("</code>");
  }

  @Override
  public void visit(FencedCodeBlock block) {
    code(block.getLiteral());
  }

  @Override
  public void visit(IndentedCodeBlock block) {
    code(block.getLiteral());
  }

  @Override
  public void visit(BlockQuote quote) {
    int start = html.length();
    visitChildren(quote);
    String inner = html.substring(start).strip();
    html.setLength(start);
    html.append("<blockquote>").append(inner).append("</blockquote>\n\n");
  }

  @Override
  public void visit(Link link) {
    html.append("<a href=\"")
        .append(escaped(link.getDestination()).replace("\"", "&quot;"))
        .append("\">");
    visitChildren(link);
    html.append("</a>");
  }

  @Override
  public void visit(Image image) {
    visitChildren(image);
    html.append(" (").append(escaped(image.getDestination())).append(')');
  }

  @Override
  public void visit(Paragraph paragraph) {
    visitChildren(paragraph);
    html.append(listDepth > 0 ? "\n" : "\n\n");
  }

  @Override
  public void visit(BulletList list) {
    list(list);
  }

  @Override
  public void visit(OrderedList list) {
    list(list);
  }

  private void list(Node list) {
    listDepth++;
    visitChildren(list);
    listDepth--;
    if (listDepth == 0) {
      html.append('\n');
    }
  }

  @Override
  public void visit(ListItem item) {
    html.append("  ".repeat(Math.max(0, listDepth - 1))).append(mark(item));
    visitChildren(item);
  }

  private static String mark(ListItem item) {
    if (!(item.getParent() instanceof OrderedList list)) {
      return "• ";
    }
    Integer start = list.getMarkerStartNumber();
    int number = start == null ? 1 : start;
    for (Node before = item.getPrevious(); before != null; before = before.getPrevious()) {
      number++;
    }
    return number + ". ";
  }

  @Override
  public void visit(SoftLineBreak lineBreak) {
    html.append('\n');
  }

  @Override
  public void visit(HardLineBreak lineBreak) {
    html.append('\n');
  }

  @Override
  public void visit(ThematicBreak line) {
    html.append("———\n\n");
  }

  /// What a model writes as HTML is shown as it is.
  @Override
  public void visit(HtmlInline inline) {
    html.append(escaped(inline.getLiteral()));
  }

  @Override
  public void visit(HtmlBlock block) {
    html.append(escaped(block.getLiteral())).append("\n\n");
  }

  /// Other writers drop it; here nothing is lost.
  @Override
  public void visit(LinkReferenceDefinition definition) {
    html.append(escaped("[%s]: %s".formatted(definition.getLabel(), definition.getDestination())))
        .append("\n");
  }
}
