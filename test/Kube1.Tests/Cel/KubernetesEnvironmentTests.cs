using Kube1.ApiServer.Expressions;
using Kube1.Cel;
using Kube1.Cel.Libraries.Kubernetes;
using Kube1.Cel.Types;
using Kube1.Cel.Values;

namespace Kube1.Tests.Cel;

/// <summary>Which libraries come with which version, and what hostile expressions and values can do to them.</summary>
[TestFixture]
internal sealed class KubernetesEnvironmentTests
{
    [TestCase("url('/a').getHost()", 29)]
    [TestCase("['a'].join()", 29)]
    [TestCase("sets.contains([1], [1])", 29)]
    [TestCase("quantity('1')", 29)]
    [TestCase("optional.of(1)", 29)]
    [TestCase("1 < 2.0", 29)]
    [TestCase("ip('::1')", 30)]
    [TestCase("isCIDR('::1/8')", 30)]
    [TestCase("format.named('uuid')", 31)]
    [TestCase("[1].all(i, v, v == 1)", 32)]
    [TestCase("semver('v1', true)", 33)]
    [TestCase("lists.range(1)", 34)]
    public void For_Version_HasWhatCameWithIt(string expression, int since)
    {
        Assert.Multiple(() =>
        {
            Assert.That(KubernetesEnvironment.For(since).Compile(expression).Program, Is.Not.Null);
            Assert.That(KubernetesEnvironment.Base.Compile(expression).Program, Is.Not.Null);
            if (since > 29)
            {
                Assert.That(KubernetesEnvironment.For(since - 1).Compile(expression).Issues, Is.Not.Empty);
            }
        });
    }

    [Test]
    public void For_VersionBeforeTheStringsOfToday_Throws() =>
        Assert.That(() => KubernetesEnvironment.For(28), Throws.InstanceOf<ArgumentOutOfRangeException>());

    [Test]
    public void Base_EscapeKey_IsNoPartOfIt() =>
        Assert.That(KubernetesEnvironment.Base.Compile("jsonpatch.escapeKey('a')").Issues, Is.Not.Empty);

    [Test]
    public void Evaluate_RequestResource_AsksForTheRequestsResource()
    {
        var environment = KubernetesEnvironment.Base.WithVariable(
            "authorizer.requestResource", AuthorizationLibrary.ResourceCheckType);
        var variables = new CelVariables
        {
            ["authorizer.requestResource"] = AuthorizationLibrary.ResourceCheck(
                new TableAuthorizer("ann"), new CelAccessRequest { Group = "apps", Resource = "scales", Name = "x" }),
        };

        var result = environment.Compile("authorizer.requestResource.check('get').reason()").Program!.Evaluate(variables);

        Assert.That(result.Value.AsString, Is.EqualTo("ann get apps/scales/ /x [] []"));
    }

    [Test]
    public void Evaluate_QuantityDoubledAgainAndAgain_IsAnError()
    {
        var doubled = string.Concat(Enumerable.Repeat(".map(a, a.add(a))", 120));

        var result = Evaluate($"[quantity('8E')]{doubled}", "");

        Assert.That(result.Error, Is.EqualTo("quantity overflow"));
    }

    [Test]
    public void Evaluate_StringMultipliedByItself_IsAnError()
    {
        var result = Evaluate("[text].map(a, a.replace('', a)).map(a, a.replace('', a))", new string('x', 5000));

        Assert.That(result.Error, Is.EqualTo("the resulting string is too long"));
    }

    [TestCase("semver(text).major()", "1.")]
    [TestCase("semver(text).major()", "1.0.0-a.")]
    [TestCase("quantity(text)", "9")]
    [TestCase("ip(text).family()", "1:")]
    [TestCase("cidr(text).ip()", "/")]
    [TestCase("url('/' + text).getQuery()", "?&=")]
    [TestCase("text.format([1])", "%.9")]
    [TestCase("text.findAll('(a*)*b')", "a")]
    public void Evaluate_HugeText_Ends(string expression, string repeated)
    {
        var result = Evaluate(expression, string.Concat(Enumerable.Repeat(repeated, 1_000_000)));

        Assert.That(result.Outcome, Is.EqualTo(CelOutcome.Value).Or.EqualTo(CelOutcome.Error));
    }

    [Test]
    public void Evaluate_LongRange_CostsMoreThanACallMay()
    {
        var result = Evaluate("lists.range(2000000000).size()", "");

        Assert.That(result.Cost, Is.GreaterThan(ExpressionLimits.PerCall));
    }

    private static CelResult Evaluate(string expression, string text)
    {
        var compiled = KubernetesEnvironment.Base.WithVariable("text", CelType.String).Compile(expression);
        Assert.That(compiled.Program, Is.Not.Null, string.Join("; ", compiled.Issues.Select(issue => issue.Message)));
        return compiled.Program!.Evaluate(new CelVariables { ["text"] = CelValue.Of(text) });
    }
}
