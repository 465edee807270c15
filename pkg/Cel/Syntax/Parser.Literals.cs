using System.Collections.Immutable;
using System.Globalization;
using Kube1.Cel.Values;

namespace Kube1.Cel.Syntax;

/// <summary>Literals of scalars, lists and maps.</summary>
internal sealed partial class Parser
{
    private const string MapExpected = $"{{'[', '{{', '}}', '(', '.', ',', '-', '!', '?', 'true', 'false', 'null', "
        + "NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}";

    private ListExpression ParseList()
    {
        var id = NewId(Current.Start);
        position++;
        nesting++;
        var elements = ImmutableArray.CreateBuilder<CelExpression>();
        var optionals = ImmutableArray.CreateBuilder<int>();
        while (Current.Kind is not (TokenKind.RightBracket or TokenKind.Comma or TokenKind.End))
        {
            if (TakeOptional())
            {
                optionals.Add(elements.Count);
            }

            elements.Add(ParseExpression());
            if (Current.Kind != TokenKind.Comma || tokens[position + 1].Kind == TokenKind.RightBracket)
            {
                break;
            }

            position++;
        }

        Take(TokenKind.Comma);
        Close(TokenKind.RightBracket);
        var all = elements.ToImmutable();
        SetDepth(id, Depth(all));
        return new ListExpression(id, all, optionals.ToImmutable());
    }

    private bool TakeOptional()
    {
        var question = Current;
        if (!Take(TokenKind.Question))
        {
            return false;
        }

        if (!environment.OptionalSyntax)
        {
            Report(question, "unsupported syntax '?'");
        }

        return true;
    }

    private MapExpression ParseMap()
    {
        var id = NewId(Current.Start);
        position++;
        nesting++;
        if (Current.Kind == TokenKind.End && !failed)
        {
            Fail(Current, $"mismatched input {Quoted(Current)} expecting {MapExpected}");
        }

        var entries = ImmutableArray.CreateBuilder<MapEntry>();
        var depth = 0;
        while (Current.Kind is not (TokenKind.RightBrace or TokenKind.Comma or TokenKind.End))
        {
            var isOptional = TakeOptional();
            var key = ParseExpression();
            var entry = NewId(Current.Start);
            Match(TokenKind.Colon);
            var value = ParseExpression();
            depth = Math.Max(depth, Math.Max(Depth(key), Depth(value)));
            entries.Add(new MapEntry(entry, key, value, isOptional));
            if (Current.Kind != TokenKind.Comma || tokens[position + 1].Kind == TokenKind.RightBrace)
            {
                break;
            }

            position++;
        }

        Take(TokenKind.Comma);
        Close(TokenKind.RightBrace);
        SetDepth(id, depth);
        return new MapExpression(id, entries.ToImmutable());
    }

    private CelExpression ParseLiteral()
    {
        var first = Current;
        var isNegative = Take(TokenKind.Minus);
        var token = Current;
        if (isNegative && !IsNumber(token.Kind))
        {
            return ParseUnexpected(token);
        }

        position++;
        var text = token.Text(source);
        switch (token.Kind)
        {
            case TokenKind.True or TokenKind.False:
                return Literal(first, CelValue.Of(token.Kind == TokenKind.True));
            case TokenKind.Null:
                return Literal(first, CelValue.Null);
            case TokenKind.Int:
                return TryInt(text, isNegative, out var whole)
                    ? Literal(first, CelValue.Of(whole)) : Report(first, "invalid int literal");
            case TokenKind.Uint:
                return TryUint(text[..^1], out var unsigned)
                    ? Literal(first, CelValue.Of(unsigned)) : Report(first, "invalid uint literal");
            case TokenKind.Float:
                var number = double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
                return double.IsInfinity(number)
                    ? Report(first, "invalid double literal")
                    : Literal(first, CelValue.Of(isNegative ? -number : number));
            case TokenKind.String:
                return LiteralText.String(text, out var error) is { } value
                    ? Literal(first, CelValue.Of(value)) : Report(first, error!);
            default:
                return LiteralText.Bytes(text[1..], out var bad) is { } bytes
                    ? Literal(first, CelValue.Of(bytes)) : Report(first, bad!);
        }
    }

    private LiteralExpression Literal(Token at, CelValue value) => new(NewId(at.Start), value);

    private static bool TryUint(string text, out ulong value) => text.StartsWith("0x", StringComparison.Ordinal)
        ? ulong.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value)
        : ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    private static bool TryInt(string text, bool isNegative, out long value)
    {
        const ulong lowest = 1UL << 63;
        var fits = TryUint(text, out var magnitude) && (magnitude < lowest || (isNegative && magnitude == lowest));
        value = isNegative ? unchecked((long)(0 - magnitude)) : (long)magnitude;
        return fits;
    }
}
