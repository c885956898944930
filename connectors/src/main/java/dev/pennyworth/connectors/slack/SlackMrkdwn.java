package dev.pennyworth.connectors.slack;

import java.util.regex.Pattern;
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

/// Writes Markdown in Slack's mrkdwn. Whatever stands in angle brackets is a command to Slack, such
/// as `<!channel>`: all of them are written as entities, but for the links written here. Source:
/// docs.slack.dev, formatting message text.
final class SlackMrkdwn extends AbstractVisitor {
  private static final Parser PARSER = Parser.builder().build();

  /// Of any other, `<…>` would be something else to Slack: `!channel` tells everybody.
  private static final Pattern LINKED = Pattern.compile("(?i)(https?://|mailto:).+");

  private final StringBuilder mrkdwn = new StringBuilder();
  private int listDepth;
  private int boldDepth;

  private SlackMrkdwn() {}

  static String of(String markdown) {
    var writer = new SlackMrkdwn();
    PARSER.parse(markdown).accept(writer);
    return writer.mrkdwn.toString().strip();
  }

  /// Text that means to Slack what it says, and mentions nobody.
  static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  private void bold(Node node) {
    mrkdwn.append(boldDepth++ == 0 ? "*" : "");
    visitChildren(node);
    mrkdwn.append(--boldDepth == 0 ? "*" : "");
  }

  private void code(String text) {
    mrkdwn.append("```\n").append(escaped(text.stripTrailing())).append("\n```\n\n");
  }

  @Override
  public void visit(Document document) {
    visitChildren(document);
  }

  @Override
  public void visit(Text text) {
    mrkdwn.append(escaped(text.getLiteral()));
  }

  @Override
  public void visit(Emphasis emphasis) {
    mrkdwn.append('_');
    visitChildren(emphasis);
    mrkdwn.append('_');
  }

  @Override
  public void visit(StrongEmphasis strong) {
    bold(strong);
  }

  @Override
  public void visit(Heading heading) {
    bold(heading);
    mrkdwn.append("\n\n");
  }

  @Override
  public void visit(Code code) {
    mrkdwn.append('`').append(escaped(code.getLiteral())).append('`');
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
    int start = mrkdwn.length();
    visitChildren(quote);
    String inner = mrkdwn.substring(start).strip();
    mrkdwn.setLength(start);
    mrkdwn.append("> ").append(inner.replace("\n", "\n> ")).append("\n\n");
  }

  @Override
  public void visit(Link link) {
    int start = mrkdwn.length();
    visitChildren(link);
    String label = mrkdwn.substring(start);
    mrkdwn.setLength(start);
    mrkdwn.append(linked(label, link.getDestination()));
  }

  private static String linked(String label, String destination) {
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

  @Override
  public void visit(Image image) {
    visitChildren(image);
    mrkdwn.append(" (").append(escaped(image.getDestination())).append(')');
  }

  @Override
  public void visit(Paragraph paragraph) {
    visitChildren(paragraph);
    mrkdwn.append(listDepth > 0 ? "\n" : "\n\n");
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
      mrkdwn.append('\n');
    }
  }

  @Override
  public void visit(ListItem item) {
    mrkdwn.append("  ".repeat(Math.max(0, listDepth - 1))).append(mark(item));
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
    mrkdwn.append('\n');
  }

  @Override
  public void visit(HardLineBreak lineBreak) {
    mrkdwn.append('\n');
  }

  @Override
  public void visit(ThematicBreak line) {
    mrkdwn.append("———\n\n");
  }

  /// What a model writes as HTML is shown as it is, and `<!channel>` is HTML to Markdown.
  @Override
  public void visit(HtmlInline inline) {
    mrkdwn.append(escaped(inline.getLiteral()));
  }

  @Override
  public void visit(HtmlBlock block) {
    mrkdwn.append(escaped(block.getLiteral())).append("\n\n");
  }

  /// Other writers drop it; here nothing is lost.
  @Override
  public void visit(LinkReferenceDefinition definition) {
    mrkdwn
        .append(escaped("[%s]: %s".formatted(definition.getLabel(), definition.getDestination())))
        .append("\n");
  }
}
