using System.Collections.Immutable;
using Kube1.Cel.Functions;
using Kube1.Cel.Values;

namespace Kube1.Cel.Syntax;

/// <summary>
/// Parses an expression by recursive descent and replaces macros on the way. Nesting and size are bounded as upstream
/// bounds them, so hostile text exhausts neither stack nor time. After the first error that it cannot step over it stops.
/// </summary>
/// <remarks>
/// Messages are upstream's where one token is too many or missing, or another was expected. Upstream's generated parser
/// recovers from more errors and then reports further ones, which this one does not.
/// </remarks>
internal sealed partial class Parser
{
    /// <summary>How deep each rule of the grammar may nest, and operators and member accesses in a row.</summary>
    internal const int MaxDepth = 250;

    /// <summary>How long an expression may be, in code points.</summary>
    internal const int MaxCodePoints = 100_000;

    // Twice what an expression of the allowed length can have without macros that copy.
    private const int MaxNodes = 200_000;

    private const string Start =
        "'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER";

    private const string StartExpected = $"{{{Start}}}";

    private static readonly HashSet<string> ReservedWords = new(StringComparer.Ordinal)
    {
        "as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in", "let", "loop",
        "package", "namespace", "null", "return", "true", "var", "void", "while",
    };

    private readonly CelEnvironment environment;
    private readonly string source;
    private readonly List<CelIssue> issues = [];

    // By id: where the node is in the text, and how deep upstream's tree walk goes into it.
    private readonly List<int> offsets = [-1];
    private readonly List<int> depths = [0];

    private List<Token> tokens = [];
    private int position;
    private int nesting;
    private bool failed;

    private Parser(CelEnvironment environment, string source)
    {
        this.environment = environment;
        this.source = source;
    }

    private Token Current => tokens[position];

    public static ParsedExpression Parse(CelEnvironment environment, string source)
    {
        var parser = new Parser(environment, source);
        var root = parser.Run();
        return new ParsedExpression(source, root, parser.offsets, [.. parser.issues]);
    }

    private CelExpression Run()
    {
        // A string has no more code points than units; counting is for those that are too long only by units.
        if (source.Length > MaxCodePoints && CodePoints.Count(source) is var size and > MaxCodePoints)
        {
            issues.Add(new CelIssue(
                CelLocation.None, $"expression code point size exceeds limit: size: {size}, limit {MaxCodePoints}"));
            return Invalid(-1);
        }

        if (new Lexer(source, ReportAt).Run() is not { } found)
        {
            return Invalid(-1);
        }

        tokens = found;
        var root = ParseExpression();
        Match(TokenKind.End);
        return root;
    }

    private void ReportAt(int offset, string message) => issues.Add(new CelIssue(ParsedExpression.At(source, offset), message));

    private int NewId(int offset, int depth = 0)
    {
        offsets.Add(offset);
        depths.Add(0);
        SetDepth(offsets.Count - 1, depth);
        return offsets.Count - 1;
    }

    // Refuses at once what is too deep, so that no tree is ever deeper than a walk over it can be.
    private void SetDepth(int id, int depth)
    {
        depths[id] = depth;
        if (depth > MaxDepth)
        {
            FailWithout("max recursion depth exceeded");
        }
    }

    private int Depth(CelExpression expression) => depths[expression.Id];

    private int Depth(ImmutableArray<CelExpression> expressions)
    {
        var depth = 0;
        foreach (var expression in expressions)
        {
            depth = Math.Max(depth, Depth(expression));
        }

        return depth;
    }

    // Stands where an expression would: an issue was reported, so nobody evaluates it.
    private LiteralExpression Invalid(int offset) => new(NewId(offset), default);

    private LiteralExpression Report(Token at, string message)
    {
        ReportAt(at.Start, message);
        return Invalid(at.Start);
    }

    // No way on: all that follows sees the end of the text.
    private void Fail(Token at, string message)
    {
        if (!failed)
        {
            ReportAt(at.Start, $"Syntax error: {message}");
            failed = true;
        }

        position = tokens.Count - 1;
    }

    private void FailDepth() => FailWithout($"expression recursion limit exceeded: {MaxDepth}");

    // As Fail, for what has no place.
    private void FailWithout(string message)
    {
        if (!failed)
        {
            issues.Add(new CelIssue(CelLocation.None, message));
            failed = true;
        }

        position = Math.Max(0, tokens.Count - 1);
    }

    private bool Take(TokenKind kind)
    {
        if (Current.Kind != kind)
        {
            return false;
        }

        position++;
        return true;
    }

    private string Quoted(Token token) => $"'{Lexer.Shown(token.Text(source))}'";

    // Expects one kind of token; steps over one that is too many, or does without one, as upstream does.
    private void Match(TokenKind kind)
    {
        if (Current.Kind == kind)
        {
            position += kind == TokenKind.End ? 0 : 1;
            return;
        }

        var expected = kind == TokenKind.End ? "<EOF>" : $"'{Spelling(kind)}'";
        if (!failed && position + 1 < tokens.Count && tokens[position + 1].Kind == kind)
        {
            ReportAt(Current.Start, $"Syntax error: extraneous input {Quoted(Current)} expecting {expected}");
            position += kind == TokenKind.End ? 1 : 2;
        }
        else if (!failed && kind != TokenKind.End && kind != TokenKind.Colon && MayFollowOperand(Current.Kind))
        {
            ReportAt(Current.Start, $"Syntax error: missing {expected} at {Quoted(Current)}");
        }
        else
        {
            Fail(Current, $"mismatched input {Quoted(Current)} expecting {expected}");
        }
    }

    private bool MayFollowOperand(TokenKind kind) => kind switch
    {
        TokenKind.End => nesting == 0,
        TokenKind.RightParenthesis or TokenKind.RightBracket or TokenKind.RightBrace or TokenKind.Comma
            or TokenKind.Colon => nesting > 0,
        TokenKind.Minus or TokenKind.Plus or TokenKind.Star or TokenKind.Slash or TokenKind.Percent
            or TokenKind.Question or TokenKind.Dot or TokenKind.LeftBracket => true,
        <= TokenKind.Or => true,
        _ => false,
    };

    // What closes a bracket counts as outside of it.
    private void Close(TokenKind kind)
    {
        nesting--;
        Match(kind);
    }

    private static string Spelling(TokenKind kind) => kind switch
    {
        TokenKind.RightParenthesis => ")",
        TokenKind.RightBracket => "]",
        TokenKind.RightBrace => "}",
        TokenKind.Colon => ":",
        _ => kind.ToString(),
    };
}
