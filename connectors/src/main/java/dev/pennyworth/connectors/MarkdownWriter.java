package dev.pennyworth.connectors;

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

/// Writes a model's Markdown as a platform formats text. Paragraphs, lists and what has no format
/// anywhere are the same on all of them, and nothing is lost; how bold looks and what has to be
/// escaped is the platform's.
public abstract class MarkdownWriter extends AbstractVisitor {
  private static final Parser PARSER = Parser.builder().build();

  private final StringBuilder out = new StringBuilder();
  private int listDepth;

  protected MarkdownWriter() {}

  /// What is written of a text. A writer writes once.
  protected final String write(String markdown) {
    PARSER.parse(markdown).accept(this);
    return out.toString().strip();
  }

  /// Literal text as the platform takes it.
  protected abstract String plain(String text);

  protected abstract void bold(Node node);

  protected abstract void italic(Node node);

  protected abstract String code(String escaped);

  /// @param escaped without an end of line
  protected abstract String codeBlock(String escaped);

  /// @param inner as it was written
  protected abstract String quote(String inner);

  /// @param label as it was written; may be empty
  protected abstract String link(String label, String destination);

  /// The same for a picture, whose label stands for it.
  protected String image(String label, String destination) {
    return label + " (" + plain(destination) + ")";
  }

  protected String bullet() {
    return "• ";
  }

  protected void newLine() {
    append("\n");
  }

  protected final void append(String text) {
    out.append(text);
  }

  /// What the children of a node are written as; it is not written yet.
  private String written(Node node) {
    int start = out.length();
    visitChildren(node);
    var inner = out.substring(start);
    out.setLength(start);
    return inner;
  }

  @Override
  public void visit(Text text) {
    append(plain(text.getLiteral()));
  }

  @Override
  public void visit(Emphasis emphasis) {
    italic(emphasis);
  }

  @Override
  public void visit(StrongEmphasis strong) {
    bold(strong);
  }

  @Override
  public void visit(Heading heading) {
    bold(heading);
    append("\n\n");
  }

  @Override
  public void visit(Code code) {
    append(code(plain(code.getLiteral())));
  }

  @Override
  public void visit(FencedCodeBlock block) {
    writeBlock(block.getLiteral());
  }

  @Override
  public void visit(IndentedCodeBlock block) {
    writeBlock(block.getLiteral());
  }

  private void writeBlock(String text) {
    append(codeBlock(plain(text.stripTrailing())) + "\n\n");
  }

  @Override
  public void visit(BlockQuote quote) {
    append(quote(written(quote).strip()) + "\n\n");
  }

  @Override
  public void visit(Link link) {
    append(link(written(link), link.getDestination()));
  }

  @Override
  public void visit(Image image) {
    append(image(written(image), image.getDestination()));
  }

  @Override
  public void visit(Paragraph paragraph) {
    visitChildren(paragraph);
    append(listDepth > 0 ? "\n" : "\n\n");
  }

  @Override
  public void visit(BulletList list) {
    writeList(list);
  }

  @Override
  public void visit(OrderedList list) {
    writeList(list);
  }

  private void writeList(Node list) {
    listDepth++;
    visitChildren(list);
    listDepth--;
    if (listDepth == 0) {
      append("\n");
    }
  }

  @Override
  public void visit(ListItem item) {
    append("  ".repeat(Math.max(0, listDepth - 1)) + mark(item));
    visitChildren(item);
  }

  private String mark(ListItem item) {
    if (!(item.getParent() instanceof OrderedList list)) {
      return bullet();
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
    append("———\n\n");
  }

  /// What a model writes as HTML is shown as it is.
  @Override
  public void visit(HtmlInline inline) {
    append(plain(inline.getLiteral()));
  }

  @Override
  public void visit(HtmlBlock block) {
    append(plain(block.getLiteral()) + "\n\n");
  }

  /// Other writers drop it.
  @Override
  public void visit(LinkReferenceDefinition definition) {
    append(plain("[%s]: %s".formatted(definition.getLabel(), definition.getDestination())) + "\n");
  }
}
