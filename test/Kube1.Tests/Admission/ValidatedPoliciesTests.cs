using System.Text.Json.Nodes;
using Kube1.ApiServer.Admission.Policies;

namespace Kube1.Tests.Admission;

/// <summary>Policies on their way from validation to the index, which must not compile them once more.</summary>
[TestFixture]
internal sealed class ValidatedPoliciesTests
{
    private int _compiled;

    [SetUp]
    public void SetUp() => _compiled = 0;

    [Test]
    public void Take_ValidatedPolicy_IsNotCompiledAgain()
    {
        var policies = Policies();
        var sent = Policy("p", "true");
        var compiled = policies.Compile(sent);
        sent["spec"]!["failurePolicy"] = "Ignore";

        var taken = policies.Take(Stored("p", "true"));

        Assert.That((taken, _compiled), Is.EqualTo((compiled, 1)));
    }

    [Test]
    public void Take_Twice_IsCompiledAgain()
    {
        var policies = Policies();
        policies.Compile(Policy("p", "true"));
        policies.Take(Stored("p", "true"));

        policies.Take(Stored("p", "true"));

        Assert.That(_compiled, Is.EqualTo(2));
    }

    [TestCase("q", "true")]
    [TestCase("p", "false")]
    public void Take_AnotherPolicy_IsCompiled(string name, string expression)
    {
        var policies = Policies();
        policies.Compile(Policy("p", "true"));

        var taken = policies.Take(Stored(name, expression));

        Assert.That(
            (taken.Name, taken.Validations.Single().Expression.Source, _compiled), Is.EqualTo((name, expression, 2)));
    }

    [Test]
    public void Compile_ManyRefusedPolicies_OnlyTheLastAreKept()
    {
        var policies = Policies();
        for (var i = 0; i < 5; i++)
        {
            policies.Compile(Policy($"p{i}", "true"));
        }

        policies.Take(Stored("p1", "true"));
        Assert.That(_compiled, Is.EqualTo(5));
        policies.Take(Stored("p0", "true"));
        Assert.That(_compiled, Is.EqualTo(6));
    }

    private static JsonObject Policy(string name, string expression) => new()
    {
        ["metadata"] = new JsonObject { ["name"] = name },
        ["spec"] = new JsonObject
        {
            ["failurePolicy"] = "Fail",
            ["validations"] = new JsonArray(new JsonObject { ["expression"] = expression, ["message"] = "m" }),
        },
    };

    // The store keeps members in an order of its own, and adds metadata.
    private static JsonObject Stored(string name, string expression) => new()
    {
        ["spec"] = new JsonObject
        {
            ["validations"] = new JsonArray(new JsonObject { ["message"] = "m", ["expression"] = expression }),
            ["failurePolicy"] = "Fail",
        },
        ["metadata"] = new JsonObject { ["uid"] = "u", ["name"] = name },
    };

    private ValidatedPolicies<ValidatingPolicy> Policies() => new(policy =>
    {
        _compiled++;
        return new ValidatingPolicy(policy);
    });
}
