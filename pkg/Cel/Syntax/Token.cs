namespace Kube1.Cel.Syntax;

/// <summary>The kinds of tokens, in the order in which upstream lists them in messages.</summary>
internal enum TokenKind : byte
{
    Equal,
    NotEqual,
    In,
    Less,
    LessEqual,
    GreaterEqual,
    Greater,
    And,
    Or,
    LeftBracket,
    RightBracket,
    LeftBrace,
    RightBrace,
    LeftParenthesis,
    RightParenthesis,
    Dot,
    Comma,
    Minus,
    Exclamation,
    Question,
    Colon,
    Plus,
    Star,
    Slash,
    Percent,
    True,
    False,
    Null,
    Float,
    Int,
    Uint,
    String,
    Bytes,
    Identifier,
    EscapedIdentifier,
    End,
}

/// <summary>A token: where it lies in the text, in UTF-16 units.</summary>
internal readonly record struct Token(TokenKind Kind, int Start, int Length)
{
    public string Text(string source) => Kind == TokenKind.End ? "<EOF>" : source.Substring(Start, Length);
}
