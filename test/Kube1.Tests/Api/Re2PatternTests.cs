using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using Kube1.Api.Patterns;

namespace Kube1.Tests.Api;

/// <summary>Expressions in RE2's syntax: what they match, what is wrong with them, and what they cost.</summary>
public sealed class Re2PatternTests
{
    [TestCase("", "", true)]
    [TestCase("b", "abc", true)]
    [TestCase("^b", "abc", false)]
    [TestCase("^a.c$", "abc", true)]
    [TestCase("^a.c$", "abc\n", false)]
    [TestCase("(?m)^b$", "a\nb\nc", true)]
    [TestCase("^b$", "a\nb\nc", false)]
    [TestCase("a.c", "a\nc", false)]
    [TestCase("(?s)a.c", "a\nc", true)]
    [TestCase("^.$", "😀", true)]
    [TestCase("^[^a]$", "😀", true)]
    [TestCase("^[\U0001F600-\U0001F64F]+$", "😀😁", true)]
    [TestCase(@"^\d+$", "٣", false)]
    [TestCase(@"^\pN+$", "٣", true)]
    [TestCase(@"^\p{Lu}\P{Lu}$", "Éé", true)]
    [TestCase(@"^\s$", "\v", false)]
    [TestCase(@"^[[:space:]]$", "\v", true)]
    [TestCase(@"^[[:^alpha:]\d]+$", "1-2", true)]
    [TestCase(@"\bfoo\b", "a foo b", true)]
    [TestCase(@"\bfoo\b", "afoo b", false)]
    [TestCase(@"\Boo", "foo", true)]
    [TestCase("(?i)^straSSE$", "STRAsse", true)]
    [TestCase("(?i)^k$", "\u212A", true)]
    [TestCase("^(?i:a)b$", "Ab", true)]
    [TestCase("^(?i:a)b$", "AB", false)]
    [TestCase("^(a|b|)c{2,3}$", "bcc", true)]
    [TestCase("^(a|b|)c{2,3}$", "cccc", false)]
    [TestCase("^a{,2}$", "a{,2}", true)]
    [TestCase(@"^\Qa.b\E*$", "a.bb", true)]
    [TestCase(@"^\x41\x{1F600}\101\n$", "A😀A\n", true)]
    [TestCase("^[]a-]+$", "]-a", true)]
    [TestCase("^(?P<n>a)(?<m>b)$", "ab", true)]
    [TestCase("(a*)*b", "aab", true)]
    [TestCase("^(a*?)+?$", "aa", true)]
    [TestCase(@"\Aa\z", "a", true)]
    public void IsMatch_Text_AsInGo(string pattern, string text, bool expected) =>
        Assert.That(Re2Pattern.Compile(pattern).IsMatch(text), Is.EqualTo(expected));

    [TestCase("a+", "baac aa", "aa|aa")]
    [TestCase("a+?", "baac", "a|a")]
    [TestCase("(?U)a+", "baac", "a|a")]
    [TestCase("(?U)a+?", "baac", "aa")]
    [TestCase("a|ab", "ab", "a")]
    [TestCase("ab|a", "ab", "ab")]
    [TestCase("(a|ab)(c|bcd)", "abcd", "abcd")]
    [TestCase("a{1,2}", "aaa", "aa|a")]
    [TestCase("a{1,2}?", "aaa", "a|a|a")]
    [TestCase("a{2,}?", "aaa", "aa")]
    [TestCase("x*", "axb", "|x|")]
    [TestCase("^", "ab", "")]
    [TestCase("(?m)^.", "a\nb", "a|b")]
    [TestCase(@"\b\w", "ab cd", "a|c")]
    [TestCase("[^a]", "a😀b", "😀|b")]
    [TestCase("", "😀", "|")]
    [TestCase("$", "ab", "")]
    [TestCase("b.*c|b", "abxbc", "bxbc")]
    [TestCase("none", "text", null)]
    public void FindAll_Text_PrefersWhatGoDoes(string pattern, string text, string? expected)
    {
        var found = Re2Pattern.Compile(pattern).FindAll(text)!;

        Assert.That(found, expected is null ? Is.Empty : Is.Not.Empty);
        Assert.That(string.Join('|', found.Select(match => text[match])), Is.EqualTo(expected ?? ""));
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(2)]
    public void FindAll_Limit_IsKept(int limit) =>
        Assert.That(Re2Pattern.Compile("a").FindAll("aaa", limit), Has.Count.EqualTo(limit));

    [Test]
    public void FindAll_RandomPatterns_AgreesWithAnotherEngine() => Prop.ForAll(Cases().ToArbitrary(), x =>
    {
        // .NET counts an empty match right behind another one.
        var counted = new List<(int Start, int End)>();
        foreach (Match match in Regex.Matches(x.Text, x.Pattern, RegexOptions.CultureInvariant))
        {
            if (match.Length > 0 || counted.Count == 0 || counted[^1].End != match.Index)
            {
                counted.Add((match.Index, match.Index + match.Length));
            }
        }

        return Re2Pattern.Compile(x.Pattern).FindAll(x.Text)!.Select(r => (r.Start.Value, r.End.Value)).SequenceEqual(counted);
    }).QuickCheckThrowOnFailure();

    // Each search for a match goes to the end of the text: without a bound on all of them this takes hours.
    [Test]
    public void FindAll_QuadraticWork_IsGivenUp() =>
        Assert.That(Re2Pattern.Compile("a.*b|a").FindAll(new string('a', 100_000)), Is.Null);

    [Test]
    public void Matches_TooMuchWork_IsUnknown()
    {
        var pattern = Re2Pattern.Compile("(.{0,9}😀){100}x");
        var text = string.Concat(Enumerable.Repeat("ab😀", 100_000));

        Assert.That(pattern.Matches(text), Is.Null);
        Assert.That(pattern.IsMatch(text), Is.False);
    }

    [TestCase("[a", "missing closing ]: `[a`")]
    [TestCase("(a", "missing closing ): `(a`")]
    [TestCase("a)", "unexpected ): `a)`")]
    [TestCase("*a", "missing argument to repetition operator: `*`")]
    [TestCase("(|*)", "missing argument to repetition operator: `*`")]
    [TestCase("a**", "invalid nested repetition operator: `**`")]
    [TestCase("a+{2}?", "invalid nested repetition operator: `+{2}?`")]
    [TestCase("a{1001}", "invalid repeat count: `{1001}`")]
    [TestCase("a{2,1}", "invalid repeat count: `{2,1}`")]
    [TestCase("((a{100}){100}){100}", "invalid repeat count: `{100}`")]
    [TestCase("[b-a]", "invalid character class range: `b-a`")]
    [TestCase("[[:nope:]]", "invalid character class range: `[:nope:]`")]
    [TestCase(@"\p{Nope}", "invalid character class range: `\\p{Nope}`")]
    [TestCase(@"\1", "invalid escape sequence: `\\1`")]
    [TestCase(@"\y", "invalid escape sequence: `\\y`")]
    [TestCase(@"\C", "invalid escape sequence: `\\C`")]
    [TestCase(@"a\", "trailing backslash at end of expression: ``")]
    [TestCase("(?=a)", "invalid or unsupported Perl syntax: `(?=`")]
    [TestCase("(?z)", "invalid or unsupported Perl syntax: `(?z`")]
    [TestCase("(?P<n>a)(?P<n>b)", "invalid named capture: `(?P<n>`")]
    [TestCase("(?P<n", "invalid named capture: `(?P<n`")]
    public void Compile_Wrong_SaysWhatGoSays(string pattern, string expected) => Assert.That(
        () => Re2Pattern.Compile(pattern),
        Throws.TypeOf<FormatException>().With.Message.EqualTo("error parsing regexp: " + expected));

    [Test]
    public void Compile_Hostile_IsRefused()
    {
        Assert.Multiple(() =>
        {
            Assert.That(
                () => Re2Pattern.Compile(new string('(', 100_000)), Throws.TypeOf<FormatException>());
            Assert.That(
                () => Re2Pattern.Compile(new string('a', 200_000)), Throws.TypeOf<FormatException>());
            Assert.That(
                () => Re2Pattern.Compile(string.Concat(Enumerable.Repeat("(abcdefghij){1000}", 20))),
                Throws.TypeOf<FormatException>());
        });
    }

    // A backtracking engine would not live to see the end of these.
    [TestCase("^(a+)+$")]
    [TestCase("^(a|aa)+$")]
    [TestCase("^(a|a?)+$")]
    [TestCase("(x+x+)+y")]
    [TestCase("^(.*a){20}$")]
    [TestCase("(a?){300}a{300}b")]
    public void IsMatch_Hostile_EndsSoon(string pattern) =>
        Assert.That(Re2Pattern.Compile(pattern).IsMatch(new string('a', 20_000) + "!"), Is.False);

    [Test]
    public void IsMatch_RandomPatterns_AgreesWithAnotherEngine() => Prop.ForAll(
        Cases().ToArbitrary(),
        x => Re2Pattern.Compile(x.Pattern).IsMatch(x.Text) == Regex.IsMatch(x.Text, x.Pattern, RegexOptions.CultureInvariant))
        .QuickCheckThrowOnFailure();

    private static Gen<(string Pattern, string Text)> Cases()
    {
        Gen<string> leaf = Gen.Elements("a", "b", ".", "[ab]", "[^a]", "^", "$", "(?:)", @"\b", "c?", "b{1,2}", "a*", "c+");
        Gen<string> pattern = Gen.ArrayOf(leaf).Resize(6).Select(string.Concat).SelectMany(
            left => Gen.ArrayOf(leaf).Resize(4).Select(string.Concat).SelectMany(
                right => Gen.Elements("", "|", "*", "+?").Select(
                    glue => glue is "" or "|" ? left + glue + right : $"(?:{left}){glue}{right}")));
        Gen<string> text = Gen.ArrayOf(Gen.Elements('a', 'b', 'c', ' ')).Resize(8).Select(letters => new string(letters));
        return pattern.SelectMany(p => text.Select(t => (p, t)));
    }
}
