using System.Globalization;

namespace Kube1.Api.Patterns;

/// <summary>
/// The classes that RE2's syntax names: \d, [[:alpha:]] and \pL. https://github.com/google/re2/wiki/Syntax
/// Of Unicode's properties the general categories are known, and no scripts.
/// </summary>
internal static class RuneClasses
{
    /// <summary>0-9, A-Z, a-z and _: what \w is and \b looks at.</summary>
    public static readonly RuneSet Word = RuneSet.Of('0', '9', 'A', 'Z', '_', '_', 'a', 'z');

    private static readonly RuneSet Digit = RuneSet.Of('0', '9');
    private static readonly RuneSet Space = RuneSet.Of('\t', '\n', '\f', '\r', ' ', ' ');

    private static readonly Dictionary<string, RuneSet> Posix = new(StringComparer.Ordinal)
    {
        ["alnum"] = RuneSet.Of('0', '9', 'A', 'Z', 'a', 'z'),
        ["alpha"] = RuneSet.Of('A', 'Z', 'a', 'z'),
        ["ascii"] = RuneSet.Of(0, 0x7F),
        ["blank"] = RuneSet.Of('\t', '\t', ' ', ' '),
        ["cntrl"] = RuneSet.Of(0, 0x1F, 0x7F, 0x7F),
        ["digit"] = Digit,
        ["graph"] = RuneSet.Of('!', '~'),
        ["lower"] = RuneSet.Of('a', 'z'),
        ["print"] = RuneSet.Of(' ', '~'),
        ["punct"] = RuneSet.Of('!', '/', ':', '@', '[', '`', '{', '~'),
        ["space"] = RuneSet.Of('\t', '\r', ' ', ' '),
        ["upper"] = RuneSet.Of('A', 'Z'),
        ["word"] = Word,
        ["xdigit"] = RuneSet.Of('0', '9', 'A', 'F', 'a', 'f'),
    };

    private static readonly string[] CategoryNames =
    [
        "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Pc",
        "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Cn",
    ];

    // One pass over all of Unicode serves every category; few patterns name any.
    private static readonly Lazy<Dictionary<string, RuneSet>> Categories = new(ReadCategories);

    /// <summary>The class of \d, \s or \w; null for any other letter.</summary>
    public static RuneSet? FindPerl(char letter) => letter switch
    {
        'd' => Digit,
        's' => Space,
        'w' => Word,
        _ => null,
    };

    /// <summary>The class of [[:name:]]; null when there is none.</summary>
    public static RuneSet? FindPosix(string name) => Posix.GetValueOrDefault(name);

    /// <summary>The class of \p{name}; null when there is none.</summary>
    public static RuneSet? FindUnicode(string name) =>
        name == "Any" ? RuneSet.Of(0, RuneSet.MaxRune) : Categories.Value.GetValueOrDefault(name);

    private static Dictionary<string, RuneSet> ReadCategories()
    {
        var builders = CategoryNames.Concat(CategoryNames.Select(n => n[..1])).Distinct()
            .ToDictionary(n => n, _ => new RuneSet.Builder(), StringComparer.Ordinal);
        var start = 0;
        var current = CharUnicodeInfo.GetUnicodeCategory(0);
        for (var rune = 1; rune <= RuneSet.MaxRune + 1; rune++)
        {
            var category = rune > RuneSet.MaxRune ? (UnicodeCategory)(-1) : CharUnicodeInfo.GetUnicodeCategory(rune);
            if (category != current)
            {
                var name = CategoryNames[(int)current];
                builders[name].Add(start, rune - 1);
                // Code points that are not assigned are in no class but their own.
                if (name != "Cn")
                {
                    builders[name[..1]].Add(start, rune - 1);
                }

                (start, current) = (rune, category);
            }
        }

        return builders.ToDictionary(p => p.Key, p => p.Value.Build(), StringComparer.Ordinal);
    }
}
