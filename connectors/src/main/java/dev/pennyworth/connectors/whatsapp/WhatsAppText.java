package dev.pennyworth.connectors.whatsapp;

import java.util.ArrayDeque;
import java.util.Deque;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.BlockQuote;
import org.commonmark.node.BulletList;
import org.commonmark.node.Code;
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

/// Writes Markdown as WhatsApp formats text: `*bold*`, `_italic_`, code between backticks, `> ` and
/// lists. Links show their address: there is no other way to follow them. Source: faq.whatsapp.com,
/// how to format your messages.
final class WhatsAppText extends AbstractVisitor {
  private static final Parser PARSER = Parser.builder().build();
  private static final String FENCE = "```";

  private final StringBuilder text = new StringBuilder();

  /// The marks that are open: WhatsApp formats within a line only.
  private final Deque<String> open = new ArrayDeque<>();

  private int listDepth;

  private WhatsAppText() {}

  static String of(String markdown) {
    var writer = new WhatsAppText();
    PARSER.parse(markdown).accept(writer);
    return writer.text.toString().strip();
  }

  /// Twice the same mark, such as a strong word in a heading, would end the first.
  private void marked(String mark, Node node) {
    if (open.contains(mark)) {
      visitChildren(node);
      return;
    }
    text.append(mark);
    open.push(mark);
    visitChildren(node);
    open.pop();
    text.append(mark);
  }

  private void newLine() {
    open.forEach(text::append);
    text.append('\n');
    open.descendingIterator().forEachRemaining(text::append);
  }

  private void code(String code) {
    text.append(FENCE).append('\n').append(code.stripTrailing()).append('\n').append(FENCE);
    text.append("\n\n");
  }

  @Override
  public void visit(Text words) {
    text.append(words.getLiteral());
  }

  @Override
  public void visit(Emphasis emphasis) {
    marked("_", emphasis);
  }

  @Override
  public void visit(StrongEmphasis strong) {
    marked("*", strong);
  }

  @Override
  public void visit(Heading heading) {
    marked("*", heading);
    text.append("\n\n");
  }

  @Override
  public void visit(Code code) {
    text.append('`').append(code.getLiteral()).append('`');
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
    int start = text.length();
    visitChildren(quote);
    var inner = text.substring(start).strip();
    text.setLength(start);
    text.append("> ").append(inner.replace("\n", "\n> ")).append("\n\n");
  }

  @Override
  public void visit(Link link) {
    int start = text.length();
    visitChildren(link);
    address(text.substring(start), link.getDestination());
  }

  @Override
  public void visit(Image image) {
    int start = text.length();
    visitChildren(image);
    address(text.substring(start), image.getDestination());
  }

  private void address(String shown, String address) {
    boolean isShown = address.equals(shown) || address.equals("mailto:" + shown);
    if (!isShown && !address.isEmpty()) {
      text.append(shown.isEmpty() ? address : " (" + address + ")");
    }
  }

  @Override
  public void visit(Paragraph paragraph) {
    visitChildren(paragraph);
    text.append(listDepth > 0 ? "\n" : "\n\n");
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
      text.append('\n');
    }
  }

  @Override
  public void visit(ListItem item) {
    text.append("  ".repeat(Math.max(0, listDepth - 1))).append(mark(item));
    visitChildren(item);
  }

  private static String mark(ListItem item) {
    if (!(item.getParent() instanceof OrderedList list)) {
      return "- ";
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
    newLine();
  }

  @Override
  public void visit(HardLineBreak lineBreak) {
    newLine();
  }

  @Override
  public void visit(ThematicBreak line) {
    text.append("———\n\n");
  }

  @Override
  public void visit(HtmlInline inline) {
    text.append(inline.getLiteral());
  }

  @Override
  public void visit(HtmlBlock block) {
    text.append(block.getLiteral()).append("\n\n");
  }

  /// Other writers drop it; here nothing is lost.
  @Override
  public void visit(LinkReferenceDefinition definition) {
    text.append("[%s]: %s\n".formatted(definition.getLabel(), definition.getDestination()));
  }
}
