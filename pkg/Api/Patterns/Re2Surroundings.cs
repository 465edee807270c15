namespace Kube1.Api.Patterns;

/// <summary>What stood before: as much of it as assertions ask for.</summary>
internal enum Re2Before : byte
{
    Start,
    Newline,
    Word,
    Other,
}

/// <summary>What assertions look at: the kind of the character before, and the one behind.</summary>
internal static class Re2Surroundings
{
    /// <summary>Stands for the character behind the last one.</summary>
    public const int EndOfText = -1;

    /// <summary>Whether an assertion holds between what stood before and this character.</summary>
    public static bool Holds(Re2Assertion assertion, Re2Before before, int rune)
    {
        var isBoundary = (before == Re2Before.Word) != (rune >= 0 && RuneClasses.Word.Contains(rune));
        return assertion switch
        {
            Re2Assertion.TextStart => before == Re2Before.Start,
            Re2Assertion.TextEnd => rune == EndOfText,
            Re2Assertion.LineStart => before is Re2Before.Start or Re2Before.Newline,
            Re2Assertion.LineEnd => rune is EndOfText or '\n',
            Re2Assertion.WordBoundary => isBoundary,
            _ => !isBoundary,
        };
    }

    /// <summary>What a character is to those behind it.</summary>
    public static Re2Before KindOf(int rune) => rune == '\n' ? Re2Before.Newline
        : RuneClasses.Word.Contains(rune) ? Re2Before.Word
        : Re2Before.Other;
}
