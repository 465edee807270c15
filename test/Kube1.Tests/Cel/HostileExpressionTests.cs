using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Kube1.Cel;
using Kube1.Cel.Libraries;
using Kube1.Cel.Libraries.Kubernetes;
using Kube1.Cel.Types;
using Kube1.Cel.Values;

namespace Kube1.Tests.Cel;

/// <summary>Expressions that were written to break something: too deep, too long, growing, or nothing but noise.</summary>
[TestFixture]
internal sealed class HostileExpressionTests
{
    private const ulong CostLimit = 1_000_000;

    // Less than any thread of the server has.
    private const int SmallStackBytes = 1024 * 1024;

    private static readonly CelEnvironment Environment = CelEnvironment.Standard
        .With(LanguageLibraries.OptionalTypes, LanguageLibraries.TwoVariableComprehensions)
        .WithVariable("x", CelType.Dyn)
        .WithVariable("list", CelType.List(CelType.Int));

    private static readonly string[] Tokens =
    [
        "==", "!=", "in", "<", "<=", ">", ">=", "&&", "||", "[", "]", "{", "}", "(", ")", ".", ",", "-", "!", "?", ":",
        "+", "*", "/", "%", "true", "false", "null", "1", "2u", "1.5", "'a'", "b'a'", "x", "list", "list", "x", "has",
        "all", "map", "filter", "exists", "optMap", "size", "matches", ".?", "[?", "{?", "int", "string", "`a`", " ", "\n",
        "// c\n", "\"\"\"", "r'", "\\", "\u00e9", "\ud83d\ude00", "\ud83d",
    ];

    /// <summary>
    /// Functions are called with whatever an object has, or with the error of an argument, and every call is priced, the
    /// refused one too: a body or a price that takes a value for what it is not would end the process.
    /// </summary>
    [Test]
    public void Evaluate_EveryFunctionWithValuesOfEveryKind_AnswersOrRefuses()
    {
        string[] values =
        [
            "1", "-9223372036854775808", "1u", "1e308", "''", "'a'", "'2147483647:00'", "'%s %d %x'", "b'a'", "[]", "[1, 2]",
            "['a']", "{}", "{'a': 1}", "null", "true", "timestamp('9999-12-31T23:59:59Z')", "duration('1s')", "optional.none()",
            "quantity('1Ei')", "ip('::')", "cidr('::/0')", "url('http://a')", "semver('1.0.0')", "int", "{}.missing",
        ];
        string[] others = ["1", "-1.5", "'a'", "'2147483647:00'", "[1]", "null", "{}.missing"];
        var ran = 0;
        foreach (var (name, isMember, count) in KubernetesEnvironment.Libraries.Append(StandardLibrary.Library)
            .SelectMany(l => l.Functions).Where(f => f.Name.All(c => char.IsAsciiLetterOrDigit(c) || c == '.'))
            .SelectMany(f => f.Overloads.Select(o => (f.Name, o.IsMember, o.Arguments.Length))).Distinct())
        {
            foreach (var first in count == 0 ? [""] : values)
            {
                foreach (var other in count < 2 ? [""] : others)
                {
                    string[] arguments = [.. Enumerable.Repeat($"dyn({other})", Math.Max(0, count - 1))];
                    var expression = isMember
                        ? $"dyn({first}).{name}({string.Join(", ", arguments)})"
                        : $"{name}({string.Join(", ", count == 0 ? [] : arguments.Prepend($"dyn({first})"))})";
                    if (KubernetesEnvironment.Base.Compile(expression).Program is { } program)
                    {
                        var result = program.Evaluate(CelActivation.Empty, CostLimit);
                        ran += result.Succeeded || result.Error is { Length: > 0 } ? 1 : 0;
                    }
                }
            }
        }

        Assert.That(ran, Is.GreaterThan(5000));
    }

    [TestCase("(", "1", ")", 249, 250)]
    [TestCase("[", "1", "]", 249, 250)]
    [TestCase("{1: ", "1", "}", 249, 250)]
    [TestCase("size([", "x", "])", 124, 125)]
    [TestCase("true ? 1 : ", "1", "", 249, 250)]
    public void Compile_Nested_IsRefusedBeyondTheDepth(string open, string inner, string close, int allowed, int refused)
    {
        var fits = Repeat(open, allowed) + inner + Repeat(close, allowed);
        var tooDeep = Repeat(open, refused) + inner + Repeat(close, refused);

        Assert.Multiple(() =>
        {
            Assert.That(OnSmallStack(fits), Is.Empty);
            Assert.That(OnSmallStack(tooDeep), Is.EqualTo("ERROR: <input>:-1:0: expression recursion limit exceeded: 250"));
        });
    }

    [TestCase("1", " + 1", "max recursion depth exceeded")]
    [TestCase("1", " * 1", "max recursion depth exceeded")]
    [TestCase("x", " == x", "max recursion depth exceeded")]
    [TestCase("x", ".a", "max recursion depth exceeded")]
    [TestCase("x", "[0]", "max recursion depth exceeded")]
    [TestCase("list", ".filter(y, true)", "max recursion depth exceeded")]
    public void Compile_LongChain_IsRefused(string first, string link, string _)
    {
        Assert.Multiple(() =>
        {
            Assert.That(OnSmallStack(first + Repeat(link, 200)), Is.Empty);
            Assert.That(OnSmallStack(first + Repeat(link, 300)), Does.Contain("recursion"));
        });
    }

    [Test]
    public void Compile_DeepInBothWays_IsRefusedWithoutExhaustingTheStack()
    {
        // Each nesting holds a long chain, whose first link is the next nesting.
        var text = "x";
        for (var i = 0; i < 60; i++)
        {
            text = $"({text}){Repeat(".a", 200)}";
        }

        Assert.That(OnSmallStack(text), Does.Contain("max recursion depth exceeded"));
    }

    [Test]
    public void Compile_LogicalChainOfThousands_IsAllowed()
    {
        var text = "x.a == 1" + Repeat(" || x.a == 1", 5000);

        Assert.That(OnSmallStack(text), Is.Empty);
    }

    [Test]
    public void Compile_MacroThatCopiesItsTarget_DoesNotDoubleForEver()
    {
        var text = "optional.of(1)" + Repeat(".optMap(v, v)", 60);

        Assert.That(OnSmallStack(text), Does.Contain("expression grows to more than 200000 nodes"));
    }

    [Test]
    public void Compile_TooManyCodePoints_IsRefused()
    {
        var fits = $"'{Repeat("\ud83d\ude00", 99_998)}' == ''"[..^6];
        var tooLong = $"'{Repeat("\ud83d\ude00", 99_999)}'";

        Assert.Multiple(() =>
        {
            Assert.That(Environment.Compile(fits).Text, Is.Empty);
            Assert.That(Environment.Compile(tooLong).Text, Is.EqualTo(
                "ERROR: <input>:-1:0: expression code point size exceeds limit: size: 100001, limit 100000"));
        });
    }

    [Test]
    public void Compile_NothingButRubbish_ReportsAHundredErrors()
    {
        var compiled = Environment.Compile(Repeat("@ ", 50_000));

        Assert.That(compiled.Issues, Has.Length.EqualTo(101));
        Assert.That(compiled.Issues[^1].Message, Is.EqualTo("Syntax error: More than 100 syntax errors"));
    }

    [Test]
    public void Compile_RandomCharacters_NeverFailsOtherwiseThanWithIssues()
    {
        var characters = Gen.Frequency(
            (4, Gen.Choose(32, 126)), (1, Gen.Choose(0, 31)), (1, Gen.Choose(0x80, 0xFFFF))).Select(c => (char)c);
        var texts = Gen.Resize(characters.ArrayOf(), 200).Select(c => new string(c)).ToArbitrary();

        Prop.ForAll(texts, Try).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }

    [Test]
    public void Compile_RandomTokens_NeverFailsOtherwiseThanWithIssues()
    {
        var texts = Gen.Resize(Gen.Elements(Tokens).ArrayOf(), 60).Select(t => string.Join(' ', t)).ToArbitrary();

        Prop.ForAll(texts, Try).Check(Config.QuickThrowOnFailure.WithMaxTest(5000));
    }

    [Test]
    public void Evaluate_RandomExpressions_EndWithinTheLimit()
    {
        var texts = Gen.Sized(size => Expression(Math.Min(size, 40))).ToArbitrary();

        Prop.ForAll(texts, Try).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));
    }

    [Test]
    public void Matches_PatternsThatBacktrackElsewhere_TakeLinearTime()
    {
        var text = new string('a', 20_000) + "!";
        var environment = Environment.WithVariable("text", CelType.String);
        var variables = new CelVariables { ["text"] = CelValue.Of(text) };

        foreach (var pattern in (string[])["^(a+)+$", "^(a|a)*$", "^(a|aa)+$", "(a*)*b", "^(.*)*x$"])
        {
            var result = environment.Compile($"text.matches('{pattern}')").Program!.Evaluate(variables);

            Assert.That(result.Value.IsFalse, Is.True, pattern);
        }
    }

    [Test]
    public void Matches_PatternThatIsTooLarge_IsAnError()
    {
        var large = string.Concat(Enumerable.Repeat("([a-j]{10}){100}", 120));
        var compiled = Environment.Compile($"'a'.matches('a' + '{large}')");

        var result = compiled.Program!.Evaluate(CelActivation.Empty);

        Assert.That(result.Error, Does.StartWith("error parsing regexp: expression too large: "));
    }

    // It is no answer that a text does not match when nobody has found that out.
    [TestCase("text.matches('(.{0,9}b){100}x')")]
    [TestCase("text.find('(.{0,9}b){100}x') == ''")]
    [TestCase("text.findAll('a.*x|a').size() == 0")]
    public void Matches_TooMuchWork_IsAnError(string expression)
    {
        var environment = Environment.With(RegexLibrary.Library).WithVariable("text", CelType.String);
        var text = string.Concat(Enumerable.Repeat("abéb", 100_000));

        var result = environment.Compile(expression).Program!.Evaluate(new CelVariables { ["text"] = CelValue.Of(text) });

        Assert.That(result.Error, Does.StartWith("regular expression takes too much work: `"));
    }

    // Expressions that are mostly well-formed, so that many of them are evaluated.
    private static Gen<string> Expression(int size)
    {
        var leaf = Gen.Elements("1", "0", "-3", "2u", "1.5", "'a'", "''", "true", "false", "null", "x", "list", "[]", "{}", "v");
        if (size <= 1)
        {
            return leaf;
        }

        var half = Expression(size / 2);
        var third = Expression(size / 3);
        return Gen.OneOf(
            leaf,
            Gen.Elements("+", "-", "*", "/", "%", "==", "!=", "<", ">=", "&&", "||", "in")
                .SelectMany(op => half.SelectMany(l => half.Select(r => $"({l} {op} {r})"))),
            half.SelectMany(l => half.Select(r => $"[{l}, {r}]")),
            half.SelectMany(l => half.Select(r => $"{{{l}: {r}}}")),
            half.SelectMany(l => half.Select(r => $"({l})[{r}]")),
            Gen.Elements("size", "int", "string", "dyn", "type", "bool", "double", "optional.of", "duration")
                .SelectMany(f => half.Select(e => $"{f}({e})")),
            Gen.Elements("all", "exists", "exists_one", "map", "filter", "optMap")
                .SelectMany(m => half.SelectMany(l => half.Select(r => $"dyn({l}).{m}(v, {r})"))),
            Gen.Elements("transformList", "transformMap", "all")
                .SelectMany(m => half.SelectMany(l => half.Select(r => $"dyn({l}).{m}(k, v, {r})"))),
            third.SelectMany(c => third.SelectMany(t => third.Select(f => $"({c} ? {t} : {f})"))));
    }

    private static void Try(string expression)
    {
        var compiled = Environment.Compile(expression);
        if (compiled.Program is not { } program)
        {
            Assert.That(compiled.ProgramError ?? compiled.Text, Is.Not.Empty, expression);
            return;
        }

        var variables = new CelVariables
        {
            ["x"] = CelValue.Of(7L),
            ["list"] = CelValue.Of(new CelArray([CelValue.Of(1L), CelValue.Of(2L)])),
        };
        var result = program.Evaluate(variables, CostLimit);
        var estimate = program.EstimateCost();
        Assert.That(result.Value.IsSet, Is.True, expression);
        Assert.That(result.Succeeded, Is.EqualTo(result.Error is null), expression);
        Assert.That(estimate.Min, Is.LessThanOrEqualTo(estimate.Max), expression);
    }

    // Compiles, evaluates and estimates.
    private static string OnSmallStack(string expression)
    {
        var text = "";
        var thread = new Thread(
            () =>
            {
                var compiled = Environment.Compile(expression);
                text = compiled.Text;
                compiled.Program?.Evaluate(new CelVariables { ["x"] = CelValue.Of(1L), ["list"] = CelValue.Of(CelList.Empty) });
                compiled.Program?.EstimateCost();
            },
            SmallStackBytes);
        thread.Start();
        thread.Join();
        return text;
    }

    private static string Repeat(string text, int count) => new StringBuilder().Insert(0, text, count).ToString();
}
