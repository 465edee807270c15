using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using Kube1.Cel;
using Kube1.Cel.Costs;
using Kube1.Cel.Functions;
using Kube1.Cel.Libraries;
using Kube1.Cel.Types;
using Kube1.Cel.Values;

namespace Kube1.Tests.Cel;

/// <summary>Programs and environments as their users see them: limits, lazy values, types from a provider, libraries.</summary>
[TestFixture]
internal sealed class ProgramTests
{
    private static readonly CelType Widget = CelType.Object("example.Widget");

    [Test]
    public void Evaluate_CostLimit_StopsAsSoonAsItIsExceeded()
    {
        var program = Program(CelEnvironment.Standard, "[1, 2, 3].map(x, [1, 2, 3].map(y, x * y)).size() == 3");

        var whole = program.Evaluate(CelActivation.Empty);
        var allowed = program.Evaluate(CelActivation.Empty, whole.Cost);
        var stopped = program.Evaluate(CelActivation.Empty, whole.Cost - 1);

        Assert.Multiple(() =>
        {
            Assert.That(allowed.Value.IsTrue, Is.True);
            Assert.That(stopped.Outcome, Is.EqualTo(CelOutcome.CostLimitExceeded));
            Assert.That(stopped.Error, Is.EqualTo("operation cancelled: actual cost limit exceeded"));
        });
    }

    [Test]
    public void Evaluate_CostLimitWithinLogic_IsNotAbsorbed()
    {
        var program = Program(CelEnvironment.Standard, "[1, 2, 3].map(x, x + 1).size() == 3 || true");

        Assert.That(program.Evaluate(CelActivation.Empty, 5).Outcome, Is.EqualTo(CelOutcome.CostLimitExceeded));
    }

    [Test]
    public void Evaluate_Cancelled_StopsWithinALoop()
    {
        var environment = CelEnvironment.Standard.WithVariable("items", CelType.List(CelType.Int));
        var program = Program(environment, "items.all(x, x >= 0)");
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        var few = new CelVariables { ["items"] = Numbers(99) };
        var many = new CelVariables { ["items"] = Numbers(100) };

        Assert.Multiple(() =>
        {
            Assert.That(program.Evaluate(few, cancellationToken: cancelled.Token).Value.IsTrue, Is.True);
            var result = program.Evaluate(many, cancellationToken: cancelled.Token);
            Assert.That(result.Outcome, Is.EqualTo(CelOutcome.Interrupted));
            Assert.That(result.Error, Is.EqualTo("operation interrupted"));
        });
    }

    [Test]
    public void Evaluate_VariableThatTheActivationDoesNotGive_IsAnError()
    {
        var program = Program(CelEnvironment.Standard.WithVariable("a.b", CelType.Int), "a.b + 1");

        Assert.That(program.Evaluate(CelActivation.Empty).Error, Is.EqualTo("no such attribute(s): a.b"));
    }

    [Test]
    public void Evaluate_VariableWithAnError_FailsWhereItIsUsed()
    {
        var environment = CelEnvironment.Standard.WithVariable("x", CelType.Int);
        var variables = new CelVariables { ["x"] = CelValue.Error("not today") };

        Assert.Multiple(() =>
        {
            Assert.That(Program(environment, "x + 1").Evaluate(variables).Error, Is.EqualTo("not today"));
            Assert.That(Program(environment, "x == 1 || true").Evaluate(variables).Value.IsTrue, Is.True);
        });
    }

    [Test]
    public void Evaluate_MapOfManyMembers_AdaptsOnlyThoseThatAreRead()
    {
        var map = new CountingMap();
        var environment = CelEnvironment.Standard.WithVariable("self", Widget).WithProvider(new WidgetTypes());
        var program = Program(environment, "self.size > 3 && has(self.name) && self.name == 'n'");

        var result = program.Evaluate(new CelVariables { ["self"] = CelValue.Of(map) });

        Assert.Multiple(() =>
        {
            Assert.That(result.Value.IsTrue, Is.True);
            Assert.That(map.Reads, Is.EqualTo(new[] { "size", "has name", "name" }));
        });
    }

    [Test]
    public void Compile_ObjectType_ChecksItsFields()
    {
        var environment = CelEnvironment.Standard.WithVariable("self", Widget).WithProvider(new WidgetTypes());

        Assert.Multiple(() =>
        {
            Assert.That(environment.Compile("self.size + 1").Program!.ResultType, Is.EqualTo(CelType.Int));
            Assert.That(Messages(environment, "self.colour"), Is.EqualTo("undefined field 'colour'"));
            Assert.That(
                Messages(environment, "self.size + 'a'"),
                Is.EqualTo("found no matching overload for '_+_' applied to '(int, string)'"));
            Assert.That(
                Messages(environment, "self.all(k, true)"), Is.EqualTo(
                    "expression of type 'example.Widget' cannot be range of a comprehension (must be list, map, or dynamic)"));
            Assert.That(
                Messages(environment, "example.Widget{size: 'a'}"),
                Is.EqualTo("expected type of field 'size' is 'int' but provided type is 'string'"));
        });
    }

    [Test]
    public void Evaluate_ObjectLiteral_IsMadeByTheProvider()
    {
        var environment = CelEnvironment.Standard.With(LanguageLibraries.OptionalTypes).WithProvider(new WidgetTypes());

        var made = Program(environment, "example.Widget{size: 1 + 2, ?name: optional.none()}").Evaluate(CelActivation.Empty);

        Assert.Multiple(() =>
        {
            Assert.That(CelShown.Of(made.Value), Is.EqualTo("{\"size\": 3}"));
            Assert.That(made.Cost, Is.EqualTo(41 + 1));
        });
    }

    [Test]
    public void With_LibraryOfItsOwnType_CallsAndPricesItsFunctions()
    {
        var angle = CelType.Opaque("test.Angle");
        var library = new CelLibrary("test.angles")
        {
            Types = [angle],
            Functions =
            [
                new("angle", CelOverload.Global(
                    "string_to_angle", [CelType.String], angle, a => CelValue.Of(new Angle(a[0].AsString)),
                    (ReadOnlySpan<CelValue> _, in CelValue _) => 17,
                    site => new CallEstimate(site.SizeOf(site.Arguments[0]).MultiplyByCostFactor(2)))),
                new("turned",
                    CelOverload.Member("angle_turned", [angle, CelType.Int], angle, a => a[0]),
                    CelOverload.Member("angle_turned_string", [angle, CelType.String], angle, a => a[0])),
            ],
        };
        var environment = CelEnvironment.Standard.With(library).WithVariable("d", CelType.Dyn);
        var five = new CelVariables { ["d"] = CelValue.Of(5L) };
        var real = new CelVariables { ["d"] = CelValue.Of(1.5) };

        Assert.Multiple(() =>
        {
            var equal = Program(environment, "angle('90').turned(1) == angle('90')");
            Assert.That(equal.Evaluate(five), Is.EqualTo(new CelResult(CelOutcome.Value, CelValue.True, 17 + 1 + 17 + 1)));
            Assert.That(Program(environment, "angle('90')").EstimateCost(), Is.EqualTo(new CostEstimate(4, 4)));
            Assert.That(Program(environment, "type(angle('90')) == test.Angle").Evaluate(five).Value.IsTrue, Is.True);
            Assert.That(Program(environment, "angle('9').turned(d) == angle('9')").Evaluate(five).Value.IsTrue, Is.True);
            Assert.That(
                Program(environment, "angle('9').turned(d)").Evaluate(real).Error,
                Is.EqualTo("no such overload: turned(test.Angle, double)"));
            Assert.That(Messages(CelEnvironment.Standard, "angle('1')"), Does.StartWith("undeclared reference to 'angle'"));
        });
    }

    [Test]
    public void Compile_SyntaxOfOptionalValuesWithoutTheLibrary_IsRefused()
    {
        var environment = CelEnvironment.Standard.WithVariable("m", CelType.Map(CelType.String, CelType.Int));

        Assert.Multiple(() =>
        {
            Assert.That(Messages(environment, "m.?a"), Is.EqualTo("unsupported syntax '.?'"));
            Assert.That(Messages(environment, "m[?'a']"), Is.EqualTo("unsupported syntax '[?'"));
            Assert.That(Messages(environment, "[?m]"), Is.EqualTo("unsupported syntax '?'"));
            Assert.That(Messages(environment, "{?'a': m}"), Is.EqualTo("unsupported syntax '?'"));
        });
    }

    [Test]
    public void Compile_MixedLiteralsWhereTheyAreAllowed_AreDyn()
    {
        var environment = CelEnvironment.Standard.WithOptions(new CelOptions { HomogeneousAggregateLiterals = false });

        Assert.That(Program(environment, "[1, 'a']").ResultType, Is.EqualTo(CelType.DynList));
    }

    [Test]
    public void Compile_ComparisonsAcrossTypesWhereTheyAreNotAllowed_AreRefused()
    {
        var environment = CelEnvironment.Standard.WithOptions(new CelOptions { CrossTypeNumericComparisons = false });

        Assert.That(Messages(environment, "1 < 2.0"), Is.EqualTo("found no matching overload for '_<_' applied to '(int, double)'"));
    }

    [Test]
    public void Text_SeveralIssues_ShowsPlaceAndLine()
    {
        var compiled = CelEnvironment.Standard.Compile("1 +\n\tñ('😀') + x");

        Assert.That(compiled.Text, Is.EqualTo(
            "ERROR: <input>:2:2: Syntax error: token recognition error at: 'ñ'\n |  ñ('😀') + x\n | .＾"));

        compiled = CelEnvironment.Standard.Compile("'😀' == y ||\n\tx");

        Assert.That(compiled.Text, Is.EqualTo(
            "ERROR: <input>:1:8: undeclared reference to 'y' (in container '')\n | '😀' == y ||\n | .．.....^\n"
            + "ERROR: <input>:2:2: undeclared reference to 'x' (in container '')\n |  x\n | .^"));
    }

    [Test]
    public void Evaluate_ListsGrownFromOneList_DoNotChangeEachOther()
    {
        var environment = CelEnvironment.Standard.WithVariable("items", CelType.List(CelType.Int));
        var program = Program(environment, "[items + [1], items + [2], items + [3] + [4], items]");
        var grown = Program(environment, "items.map(x, x) + [0]").Evaluate(new CelVariables { ["items"] = Numbers(2) });

        var result = program.Evaluate(new CelVariables { ["items"] = grown.Value });

        Assert.That(
            CelShown.Of(result.Value),
            Is.EqualTo("[[0, 1, 0, 1], [0, 1, 0, 2], [0, 1, 0, 3, 4], [0, 1, 0]]"));
    }

    [Test]
    public void Evaluate_ByManyThreads_GivesEachItsOwnResult()
    {
        var environment = CelEnvironment.Standard.With(LanguageLibraries.TwoVariableComprehensions)
            .WithVariable("n", CelType.Int);
        var program = Program(environment, "[1, 2, 3].transformMap(i, v, v * n)[2] == 3 * n");

        Parallel.For(0, 1000, n =>
        {
            if (!program.Evaluate(new CelVariables { ["n"] = CelValue.Of((long)n) }).Value.IsTrue)
            {
                throw new InvalidOperationException($"wrong for {n}");
            }
        });
    }

    private static CelProgram Program(CelEnvironment environment, string expression)
    {
        var compiled = environment.Compile(expression);
        Assert.That(compiled.Text, Is.Empty);
        return compiled.Program!;
    }

    private static string Messages(CelEnvironment environment, string expression) =>
        string.Join("; ", environment.Compile(expression).Issues.Select(issue => issue.Message));

    private static CelValue Numbers(int count) =>
        JsonViews.Of(new JsonArray([.. Enumerable.Range(0, count).Select(i => (JsonNode)i)]));

    private sealed class Angle(string degrees) : CelObject
    {
        public override CelType Type { get; } = CelType.Opaque("test.Angle");

        public string Degrees { get; } = degrees;

        public override bool EqualTo(CelObject other) => other is Angle angle && angle.Degrees == Degrees;

        public override int GetValueHash() => Degrees.GetHashCode(StringComparison.Ordinal);
    }

    private sealed class WidgetTypes : CelTypeProvider
    {
        public override bool TryFindType(string name, [MaybeNullWhen(false)] out CelType type)
        {
            type = Widget;
            return name == Widget.Name;
        }

        public override bool TryFindField(string typeName, string field, [MaybeNullWhen(false)] out CelType type)
        {
            type = field switch { "size" => CelType.Int, "name" => CelType.String, _ => null };
            return typeName == Widget.Name && type is not null;
        }

        public override CelValue NewObject(string typeName, IReadOnlyList<KeyValuePair<string, CelValue>> fields)
        {
            var map = new CelDictionary();
            foreach (var (name, value) in fields)
            {
                map.Set(CelValue.Of(name), value);
            }

            return CelValue.Of(map);
        }
    }

    private sealed class CountingMap : CelMap
    {
        public List<string> Reads { get; } = [];

        public override CelType Type => Widget;

        public override int Count => 1000;

        public override bool TryGet(in CelValue key, out CelValue value)
        {
            Reads.Add(key.AsString);
            value = key.AsString == "size" ? CelValue.Of(5L) : CelValue.Of("n");
            return true;
        }

        public override bool Has(in CelValue key)
        {
            Reads.Add($"has {key}");
            return true;
        }

        public override CelValue KeyAt(int index) => CelValue.Of($"key{index}");

        public override CelValue ValueAt(int index) => CelValue.Of((long)index);
    }
}
