using System.Text.Json.Nodes;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.ApiExtensions;

namespace Kube1.Tests.Extensions;

/// <summary>x-kubernetes-validations of a definition: what does not compile, costs too much, or cannot be told.</summary>
public sealed class DefinitionRuleTests
{
    private const string Path = "spec.validation.openAPIV3Schema";

    [Test]
    public void SoundRule_IsTaken() => Assert.That(
        Validate(Spec("""[{"rule":"self.n > 1 && oldSelf.n < 5","messageExpression":"self.n > 5 ? 'large' : 'small'"}]""")), Is.Empty);

    [Test]
    public void UnknownField_DoesNotCompile() => Assert.That(
        Validate(Spec("""[{"rule":"self.m > 1"}]""")), Is.EqualTo(new[]
        {
            Path + ".properties[spec].x-kubernetes-validations[0].rule: Invalid value: "
            + """{"Rule":"self.m \u003e 1","Message":"","MessageExpression":"","Reason":null,"FieldPath":"","OptionalOldSelf":null}"""
            + ": compilation failed: ERROR: <input>:1:5: undefined field 'm'\n | self.m > 1\n | ....^",
        }));

    [Test]
    public void RuleThatIsNoBool_IsRefused() => Assert.That(
        Validate(Spec("""[{"rule":"self.n"}]""")), Has.Exactly(1).EndsWith(": cel expression must evaluate to a bool"));

    [Test]
    public void MessageThatIsNoText_IsRefused() => Assert.That(
        Validate(Spec("""[{"rule":"self.n > 0","messageExpression":"self.n"}]""")),
        Has.Exactly(1).EndsWith(": messageExpression must evaluate to a string"));

    [Test]
    public void OptionalOldSelf_WithoutOldSelf_IsRefused() => Assert.That(
        Validate(Spec("""[{"rule":"self.n > 0","optionalOldSelf":true}]""")), Is.EqualTo(new[]
        {
            Path + ".properties[spec].x-kubernetes-validations[0].optionalOldSelf: Invalid value: true: may not be set if "
            + "oldSelf is not used in rule",
        }));

    [Test]
    public void OldSelf_WithinAnAtomicList_IsRefused() => Assert.That(
        Validate(
            """
            {"type":"object","properties":{"spec":{"type":"object","properties":{"l":{"type":"array","maxItems":9,"items":
            {"type":"integer","x-kubernetes-validations":[{"rule":"self >= oldSelf"}]}}}}}}
            """),
        Is.EqualTo(new[]
        {
            Path + ".properties[spec].properties[l].items.x-kubernetes-validations[0].rule: Invalid value: "
            + "\"self >= oldSelf\": oldSelf cannot be used on the uncorrelatable portion of the schema within "
            + Path + ".properties[spec].properties[l]",
        }));

    [Test]
    public void NestedLoops_OverUnboundedLists_CostTooMuch()
    {
        var errors = Validate(
            """
            {"type":"object","properties":{"spec":{"type":"object","properties":{"l":{"type":"array","items":{"type":"string"}}},
            "x-kubernetes-validations":[{"rule":"self.l.all(a, self.l.all(b, a == b))"}]}}}
            """);

        const string tail = " exceeds budget by factor of more than 100x (try simplifying the rule, or adding maxItems, "
            + "maxProperties, and maxLength where arrays, maps, and strings are declared)";
        const string rule = Path + ".properties[spec].x-kubernetes-validations[0].rule: Forbidden: ";
        Assert.That(errors, Is.EqualTo(new[]
        {
            rule + "estimated rule cost" + tail,
            rule + "contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema",
            Path + ": Forbidden: x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema" + tail,
        }));
    }

    [Test]
    public void NestedLoops_OverBoundedLists_AreTaken() => Assert.That(
        Validate(
            """
            {"type":"object","properties":{"spec":{"type":"object","properties":{"l":{"type":"array","maxItems":10,
            "items":{"type":"string","maxLength":20}}},
            "x-kubernetes-validations":[{"rule":"self.l.all(a, self.l.all(b, a == b))"}]}}}
            """),
        Is.Empty);

    [Test]
    public void RuleOnAValueWithoutType_CannotBeTyped() => Assert.That(
        Validate(
            """
            {"type":"object","properties":{"spec":{"x-kubernetes-preserve-unknown-fields":true,
            "x-kubernetes-validations":[{"rule":"true"}]}}}
            """),
        Is.EqualTo(new[]
        {
            Path + ".properties[spec].x-kubernetes-validations: Internal error: internal error: failed to construct type "
            + "information for x-kubernetes-validations rules: unable to convert structural schema to CEL declarations",
        }));

    [Test]
    public void Default_ThatBreaksARule_IsRefused() => Assert.That(
        Validate(
            """
            {"type":"object","properties":{"spec":{"type":"object","properties":{"n":{"type":"integer","default":1,
            "x-kubernetes-validations":[{"rule":"self > 5"}]}}}}}
            """),
        Is.EqualTo(new[]
        {
            Path + ".properties[spec].properties[n].default: Invalid value: 1: failed rule: self > 5",
        }));

    private static string Spec(string rules) =>
        """{"type":"object","properties":{"spec":{"type":"object","properties":{"n":{"type":"integer"}},"x-kubernetes-validations":"""
        + rules + "}}}";

    private static List<string> Validate(string schema)
    {
        var errors = new FieldErrorList();
        DefinitionSchemaRules.Validate(
            JsonNode.Parse(schema)!.AsObject(), hasStatus: false, DefinitionLeniency.None, isUnchanged: false,
            FieldPath.Of("spec", "validation"), errors);
        return [.. errors.Select(e => e.ToString()!)];
    }
}
