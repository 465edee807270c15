using System.Collections.Immutable;
using Kube1.Cel.Values;

namespace Kube1.Cel.Syntax;

/// <summary>Names, calls, literals of lists, maps and objects, and access to members.</summary>
internal sealed partial class Parser
{
    private int memberDepth;

    private CelExpression ParseMember()
    {
        var before = memberDepth;
        var result = ParsePrimary();
        while (Current.Kind is TokenKind.Dot or TokenKind.LeftBracket)
        {
            if (++memberDepth > MaxDepth)
            {
                FailDepth();
                break;
            }

            var mark = Current;
            position++;
            result = mark.Kind == TokenKind.Dot ? ParseField(mark, result) : ParseIndex(mark, result);
        }

        memberDepth = before;
        return result;
    }

    private CelExpression ParseField(Token dot, CelExpression operand)
    {
        var isOptional = Take(TokenKind.Question);
        var name = Current;
        if (name.Kind == TokenKind.Identifier && !isOptional && tokens[position + 1].Kind == TokenKind.LeftParenthesis)
        {
            return ParseMemberCall(name, operand);
        }

        if (name.Kind is not (TokenKind.Identifier or TokenKind.EscapedIdentifier))
        {
            Fail(name, name.Kind is TokenKind.True or TokenKind.False or TokenKind.Null
                ? $"mismatched input {Quoted(name)} expecting IDENTIFIER"
                : $"no viable alternative at input '{(isOptional ? ".?" : ".")}{FailedText(name)}'");
            return operand;
        }

        position++;
        var field = FieldName(name);
        if (!isOptional)
        {
            return new SelectExpression(NewId(dot.Start, Depth(operand) + 1), operand, field, isTest: false);
        }

        if (!environment.OptionalSyntax)
        {
            return Report(dot, "unsupported syntax '.?'");
        }

        var literal = new LiteralExpression(NewId(name.Start), CelValue.Of(field));
        return new CallExpression(
            NewId(dot.Start, Depth(operand) + 1), Operators.OptionalSelect, null, [operand, literal]);
    }

    private string FailedText(Token token) => token.Kind == TokenKind.End ? "" : Lexer.Shown(token.Text(source));

    private string FieldName(Token token)
    {
        var text = token.Text(source);
        return token.Kind == TokenKind.EscapedIdentifier ? text[1..^1] : text;
    }

    private CelExpression ParseMemberCall(Token name, CelExpression operand)
    {
        position++;
        var id = NewId(Current.Start);
        position++;
        var arguments = ParseArguments();
        SetDepth(id, 1 + Math.Max(Depth(operand), Depth(arguments)));
        var function = name.Text(source);
        return Expand(id, function, operand, arguments) ?? new CallExpression(id, function, operand, arguments);
    }

    private CelExpression ParseIndex(Token bracket, CelExpression operand)
    {
        var id = NewId(bracket.Start);
        var isOptional = Take(TokenKind.Question);
        nesting++;
        var index = ParseExpression();
        Close(TokenKind.RightBracket);
        SetDepth(id, 1 + Math.Max(Depth(operand), Depth(index)));
        return isOptional && !environment.OptionalSyntax
            ? Report(bracket, "unsupported syntax '[?'")
            : GlobalCall(id, isOptional ? Operators.OptionalIndex : Operators.Index, [operand, index]);
    }

    // Behind the opening parenthesis, up to the closing one.
    private ImmutableArray<CelExpression> ParseArguments()
    {
        nesting++;
        var arguments = ImmutableArray.CreateBuilder<CelExpression>();
        if (Current.Kind != TokenKind.RightParenthesis)
        {
            do
            {
                arguments.Add(ParseExpression());
            }
            while (Take(TokenKind.Comma));
        }

        Close(TokenKind.RightParenthesis);
        return arguments.ToImmutable();
    }

    private CelExpression ParsePrimary()
    {
        var first = Current;
        switch (first.Kind)
        {
            case TokenKind.LeftParenthesis:
                position++;
                nesting++;
                var inner = ParseExpression();
                Close(TokenKind.RightParenthesis);
                return inner;
            case TokenKind.LeftBracket:
                return ParseList();
            case TokenKind.LeftBrace:
                return ParseMap();
            case TokenKind.Dot or TokenKind.Identifier:
                return ParseName();
            case >= TokenKind.True and <= TokenKind.Bytes or TokenKind.Minus:
                return ParseLiteral();
        }

        return ParseUnexpected(first);
    }

    // One token that is too many is stepped over, if what follows it begins an operand.
    private CelExpression ParseUnexpected(Token token)
    {
        if (!failed && token.Kind != TokenKind.End && BeginsOperand(tokens[position + 1].Kind))
        {
            ReportAt(token.Start, $"Syntax error: extraneous input {Quoted(token)} expecting {StartExpected}");
            position++;
            return ParsePrimary();
        }

        Fail(token, $"mismatched input {Quoted(token)} expecting {StartExpected}");
        return Invalid(token.Start);
    }

    private static bool BeginsOperand(TokenKind kind) => kind is TokenKind.LeftParenthesis or TokenKind.LeftBracket
        or TokenKind.LeftBrace or TokenKind.Dot or TokenKind.Identifier or TokenKind.Minus
        || kind is >= TokenKind.True and <= TokenKind.Bytes;

    private CelExpression ParseName()
    {
        var first = Current;
        var isRooted = Take(TokenKind.Dot);
        var name = Current;
        if (name.Kind != TokenKind.Identifier)
        {
            Fail(name, $"no viable alternative at input '.{FailedText(name)}'");
            return Invalid(first.Start);
        }

        if (NamesObject())
        {
            return ParseObject(isRooted);
        }

        position++;
        var text = name.Text(source);
        var isCall = Current.Kind == TokenKind.LeftParenthesis;
        var open = Current;
        var arguments = ImmutableArray<CelExpression>.Empty;
        if (isCall)
        {
            position++;
            arguments = ParseArguments();
        }

        if (ReservedWords.Contains(text))
        {
            return Report(first, $"reserved identifier: {text}");
        }

        var full = isRooted ? "." + text : text;
        return isCall
            ? GlobalCall(NewId(open.Start, Depth(arguments)), full, arguments)
            : new IdentifierExpression(NewId(name.Start), full);
    }

    // Whether names with dots between them end at a brace.
    private bool NamesObject()
    {
        var at = position + 1;
        while (tokens[at].Kind == TokenKind.Dot && tokens[at + 1].Kind == TokenKind.Identifier)
        {
            at += 2;
        }

        return tokens[at].Kind == TokenKind.LeftBrace;
    }

    private ObjectExpression ParseObject(bool isRooted)
    {
        var name = isRooted ? "." : "";
        for (; Current.Kind != TokenKind.LeftBrace; position++)
        {
            name += Current.Text(source);
        }

        var id = NewId(Current.Start);
        position++;
        nesting++;
        var fields = ImmutableArray.CreateBuilder<FieldEntry>();
        var depth = 0;
        while (Current.Kind is not (TokenKind.RightBrace or TokenKind.Comma or TokenKind.End))
        {
            var question = Current;
            var isOptional = Take(TokenKind.Question);
            if (isOptional && !environment.OptionalSyntax)
            {
                Report(question, "unsupported syntax '?'");
            }

            var field = Current;
            if (field.Kind is not (TokenKind.Identifier or TokenKind.EscapedIdentifier))
            {
                Fail(field, $"mismatched input {Quoted(field)} expecting {{'}}', ',', '?', IDENTIFIER, ESC_IDENTIFIER}}");
                break;
            }

            position++;
            var colon = Current;
            Match(TokenKind.Colon);
            var entry = NewId(colon.Start);
            var value = ParseExpression();
            depth = Math.Max(depth, Depth(value));
            fields.Add(new FieldEntry(entry, FieldName(field), value, isOptional));
            if (Current.Kind != TokenKind.Comma || tokens[position + 1].Kind == TokenKind.RightBrace)
            {
                break;
            }

            position++;
        }

        Take(TokenKind.Comma);
        Close(TokenKind.RightBrace);
        SetDepth(id, depth);
        return new ObjectExpression(id, name, fields.ToImmutable());
    }
}
