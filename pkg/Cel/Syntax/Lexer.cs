using System.Buffers;

namespace Kube1.Cel.Syntax;

/// <summary>
/// Cuts an expression into tokens, always the longest that fits. Text that is no token is reported as upstream's lexer
/// reports it, and skipped. Source: cel-spec, langdef.md, "Syntax"; cel-go, parser/gen/CEL.g4.
/// </summary>
internal sealed class Lexer(string source, Action<int, string> report)
{
    // More are not reported: the text is no expression at all.
    internal const int MaxErrors = 100;

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789");
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdefABCDEF");
    private static readonly SearchValues<char> EscapedIdentifier = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-/ ");

    private readonly List<Token> tokens = [];
    private int errors;

    // How far the last attempt to read a string came before it failed.
    private int failedAt;

    /// <summary>All tokens and the end; null when there was more rubbish than is reported.</summary>
    public List<Token>? Run()
    {
        var at = 0;
        while (at < source.Length)
        {
            at = SkipBlank(at);
            if (at == source.Length)
            {
                break;
            }

            failedAt = at;
            var (kind, length) = Next(at);
            if (length > 0)
            {
                tokens.Add(new Token(kind, at, length));
                at += length;
                continue;
            }

            var end = Math.Min(source.Length, EndOfRune(failedAt));
            if (++errors > MaxErrors)
            {
                report(at, $"Syntax error: More than {MaxErrors} syntax errors");
                return null;
            }

            report(at, $"Syntax error: token recognition error at: '{Shown(source[at..end])}'");
            at = end;
        }

        tokens.Add(new Token(TokenKind.End, source.Length, 0));
        return tokens;
    }

    internal static string Shown(string text) => text
        .Replace("\n", "\\n", StringComparison.Ordinal)
        .Replace("\r", "\\r", StringComparison.Ordinal)
        .Replace("\t", "\\t", StringComparison.Ordinal);

    private int EndOfRune(int at) =>
        at + 1 < source.Length && char.IsSurrogatePair(source[at], source[at + 1]) ? at + 2 : at + 1;

    private int SkipBlank(int at)
    {
        while (at < source.Length)
        {
            if (source[at] is ' ' or '\t' or '\r' or '\n' or '\f')
            {
                at++;
            }
            else if (source[at] == '/' && Peek(at + 1) == '/')
            {
                var line = source.IndexOf('\n', at);
                at = line < 0 ? source.Length : line;
            }
            else
            {
                break;
            }
        }

        return at;
    }

    private char Peek(int at) => at < source.Length ? source[at] : '\0';

    private (TokenKind Kind, int Length) Next(int at)
    {
        var c = source[at];
        if (char.IsAsciiDigit(c) || (c == '.' && char.IsAsciiDigit(Peek(at + 1))))
        {
            return Number(at);
        }

        if (c is '"' or '\'')
        {
            return (TokenKind.String, StringLength(at, raw: false));
        }

        if (char.IsAsciiLetter(c) || c == '_')
        {
            return Word(at);
        }

        return c == '`' ? Escaped(at) : Symbol(at, c);
    }

    private (TokenKind, int) Symbol(int at, char c)
    {
        var next = Peek(at + 1);
        switch (c, next)
        {
            case ('=', '='):
                return (TokenKind.Equal, 2);
            case ('!', '='):
                return (TokenKind.NotEqual, 2);
            case ('<', '='):
                return (TokenKind.LessEqual, 2);
            case ('>', '='):
                return (TokenKind.GreaterEqual, 2);
            case ('&', '&'):
                return (TokenKind.And, 2);
            case ('|', '|'):
                return (TokenKind.Or, 2);
        }

        if (c is '=' or '&' or '|')
        {
            failedAt = at + 1;
            return default;
        }

        const string singles = "<>[]{}().,-!?:+*/%";
        ReadOnlySpan<TokenKind> kinds =
        [
            TokenKind.Less, TokenKind.Greater, TokenKind.LeftBracket, TokenKind.RightBracket, TokenKind.LeftBrace,
            TokenKind.RightBrace, TokenKind.LeftParenthesis, TokenKind.RightParenthesis, TokenKind.Dot,
            TokenKind.Comma, TokenKind.Minus, TokenKind.Exclamation, TokenKind.Question, TokenKind.Colon,
            TokenKind.Plus, TokenKind.Star, TokenKind.Slash, TokenKind.Percent,
        ];
        var index = singles.IndexOf(c);
        return index < 0 ? default : (kinds[index], 1);
    }

    private int Run(int at, SearchValues<char> of)
    {
        var rest = source.AsSpan(at);
        var end = rest.IndexOfAnyExcept(of);
        return end < 0 ? rest.Length : end;
    }

    private (TokenKind, int) Number(int at)
    {
        if (source[at] == '0' && Peek(at + 1) == 'x' && char.IsAsciiHexDigit(Peek(at + 2)))
        {
            var hex = 2 + Run(at + 2, HexDigits);
            return Peek(at + hex) is 'u' or 'U' ? (TokenKind.Uint, hex + 1) : (TokenKind.Int, hex);
        }

        var length = Run(at, Digits);
        var isFloat = false;
        if (Peek(at + length) == '.' && char.IsAsciiDigit(Peek(at + length + 1)))
        {
            length += 1 + Run(at + length + 1, Digits);
            isFloat = true;
        }

        if (Peek(at + length) is 'e' or 'E')
        {
            var sign = Peek(at + length + 1) is '+' or '-' ? 1 : 0;
            var exponent = Run(Math.Min(source.Length, at + length + 1 + sign), Digits);
            if (exponent > 0)
            {
                return (TokenKind.Float, length + 1 + sign + exponent);
            }
        }

        return isFloat ? (TokenKind.Float, length)
            : Peek(at + length) is 'u' or 'U' ? (TokenKind.Uint, length + 1)
            : (TokenKind.Int, length);
    }

    private (TokenKind, int) Word(int at)
    {
        var isBytes = source[at] is 'b' or 'B';
        var quote = isBytes ? at + 1 : at;
        var isRaw = Peek(quote) is 'r' or 'R';
        quote += isRaw ? 1 : 0;
        if (quote > at && Peek(quote) is '"' or '\'')
        {
            var length = StringLength(quote, isRaw);
            if (length > 0)
            {
                return (isBytes ? TokenKind.Bytes : TokenKind.String, quote - at + length);
            }
        }

        var end = at + 1;
        while (end < source.Length && (char.IsAsciiLetterOrDigit(source[end]) || source[end] == '_'))
        {
            end++;
        }

        var kind = source.AsSpan(at, end - at) switch
        {
            "in" => TokenKind.In,
            "true" => TokenKind.True,
            "false" => TokenKind.False,
            "null" => TokenKind.Null,
            _ => TokenKind.Identifier,
        };
        return (kind, end - at);
    }

    private (TokenKind, int) Escaped(int at)
    {
        var length = Run(at + 1, EscapedIdentifier);
        failedAt = at + 1 + length;
        return length > 0 && Peek(at + 1 + length) == '`' ? (TokenKind.EscapedIdentifier, length + 2) : default;
    }

    // The length of the string that begins with a quotation mark; 0 for none.
    private int StringLength(int at, bool raw)
    {
        var quote = source[at];
        if (Peek(at + 1) == quote && Peek(at + 2) == quote)
        {
            var length = TripleLength(at, quote, raw);
            return length > 0 ? length : 2;
        }

        var end = at + 1;
        while (end < source.Length && source[end] is not ('\n' or '\r'))
        {
            if (source[end] == quote)
            {
                return end + 1 - at;
            }

            if (source[end] == '\\' && !raw)
            {
                var escape = EscapeLength(end);
                if (escape == 0)
                {
                    return 0;
                }

                end += escape;
            }
            else
            {
                end++;
            }
        }

        failedAt = end;
        return 0;
    }

    private int TripleLength(int at, char quote, bool raw)
    {
        var end = at + 3;
        while (end < source.Length)
        {
            if (source[end] == quote && Peek(end + 1) == quote && Peek(end + 2) == quote)
            {
                return end + 3 - at;
            }

            var step = source[end] == '\\' && !raw ? EscapeLength(end) : 1;
            if (step == 0)
            {
                return 0;
            }

            end += step;
        }

        return 0;
    }

    private int EscapeLength(int at)
    {
        var c = Peek(at + 1);
        if (c != '\0' && "abfnrtv\"'\\?`".Contains(c, StringComparison.Ordinal))
        {
            return 2;
        }

        var (digits, isOctal) = c switch
        {
            'x' or 'X' => (2, false),
            'u' => (4, false),
            'U' => (8, false),
            >= '0' and <= '3' => (2, true),
            _ => (0, false),
        };
        for (var i = 0; i < digits; i++)
        {
            var digit = Peek(at + 2 + i);
            if (isOctal ? digit is < '0' or > '7' : !char.IsAsciiHexDigit(digit))
            {
                failedAt = at + 2 + i;
                return 0;
            }
        }

        failedAt = digits == 0 ? at + 1 : failedAt;
        return digits == 0 ? 0 : digits + 2;
    }
}
