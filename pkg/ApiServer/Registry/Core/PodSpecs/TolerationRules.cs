using System.Globalization;
using Kube1.Api.Models;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry.Core.PodSpecs;

/// <summary>Tolerations and taints: https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/</summary>
internal static class TolerationRules
{
    private static readonly string[] Effects = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

    /// <summary>Checks a pod's tolerations.</summary>
    public static void Validate(List<V1Toleration>? tolerations, FieldPath path, FieldErrorList errors)
    {
        foreach (var (toleration, at) in tolerations.Indexed(path))
        {
            errors.AddMessages(at.Child("key"), toleration.Key, NameRules.IsQualifiedName);
            if (string.IsNullOrEmpty(toleration.Key) && toleration.OperatorText() != "Exists")
            {
                errors.Invalid(
                    at.Child("operator"), toleration.OperatorText(),
                    "operator must be Exists when `key` is empty, which means \"match all values and all keys\"");
            }

            if (toleration.TolerationSeconds is not null && toleration.Effect != "NoExecute")
            {
                errors.Invalid(
                    at.Child("effect"), toleration.Effect ?? "",
                    "effect must be 'NoExecute' when `tolerationSeconds` is set");
            }

            ValidateOperator(toleration, at, errors);
            if (toleration.Effect is { Length: > 0 } effect && !Effects.Contains(effect))
            {
                errors.NotOneOf(at.Child("effect"), effect, Effects);
            }
        }
    }

    /// <summary>Checks a node's taints.</summary>
    public static void ValidateTaints(List<V1Taint>? taints, FieldPath path, FieldErrorList errors)
    {
        var known = new HashSet<(string, string)>();
        foreach (var (taint, at) in taints.Indexed(path))
        {
            errors.AddMessages(at.Child("key"), taint.Key, NameRules.IsQualifiedName, evenEmpty: true);
            if (NameRules.IsLabelValue(taint.Value ?? "") is { Count: > 0 } messages)
            {
                errors.Invalid(at.Child("value"), taint.Value, string.Join(";", messages));
            }

            errors.OneInOrder(at.Child("effect"), taint.Effect, Effects);
            if (!known.Add((taint.Key, taint.Effect)))
            {
                errors.Duplicate(at, Shown(taint), "taints must be unique by key and effect pair");
            }
        }
    }

    private static VerbatimValue Shown(V1Taint taint) => VerbatimValue.Struct(
        ("Key", taint.Key), ("Value", taint.Value ?? ""), ("Effect", taint.Effect),
        ("TimeAdded", taint.TimeAdded is { } time
            ? time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)
            : null));

    private static string OperatorText(this V1Toleration toleration) => toleration.Operator ?? "";

    private static void ValidateOperator(V1Toleration toleration, FieldPath path, FieldErrorList errors)
    {
        var at = path.Child("operator");
        switch (toleration.OperatorText())
        {
            case "" or "Equal":
                if (NameRules.IsLabelValue(toleration.Value ?? "") is { Count: > 0 } messages)
                {
                    errors.Invalid(at, toleration.Value, string.Join(";", messages));
                }

                break;
            case "Exists":
                if (!string.IsNullOrEmpty(toleration.Value))
                {
                    errors.Invalid(at, toleration.Value, "value must be empty when `operator` is 'Exists'");
                }

                break;
            case var other:
                // Lt and Gt are behind the gate TaintTolerationComparisonOperators.
                errors.NotSupported(at, other, ["Equal", "Exists"]);
                break;
        }
    }
}
