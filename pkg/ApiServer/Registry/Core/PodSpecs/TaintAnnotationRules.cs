using System.Text.Json.Nodes;
using Kube1.Api.Models;
using Kube1.Api.Schema;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry.Core.PodSpecs;

/// <summary>
/// Annotations that held tolerations, taints and what a node would rather not run, before there were fields. Nothing uses
/// them, but what they say must still be sound.
/// </summary>
internal static class TaintAnnotationRules
{
    private const string Prefix = "scheduler.alpha.kubernetes.io/";

    private const string Tolerations = Prefix + "tolerations";

    private const string Taints = Prefix + "taints";

    private const string AvoidPods = Prefix + "preferAvoidPods";

    /// <summary>Checks the annotations of a pod or a template, whose path is given.</summary>
    public static void ValidatePod(JsonObject annotations, FieldPath path, FieldErrorList errors)
    {
        if (Value(annotations, Tolerations) is not { } text)
        {
            return;
        }

        try
        {
            var tolerations = AnnotationJson.ReadList(text, "core", "Toleration").Select(ReadToleration).ToList();
            TolerationRules.Validate(tolerations, path.Child(Tolerations), errors);
        }
        catch (ObjectDecodeException e)
        {
            errors.Invalid(path, Tolerations, e.Message);
        }
    }

    /// <summary>Checks the annotations of a node, whose path is given.</summary>
    public static void ValidateNode(JsonObject? annotations, FieldPath path, FieldErrorList errors)
    {
        if (Value(annotations, Taints) is { } taints)
        {
            try
            {
                var list = AnnotationJson.ReadList(taints, "core", "Taint").Select(ReadTaint).ToList();
                TolerationRules.ValidateTaints(list, path.Child(Taints), errors);
            }
            catch (ObjectDecodeException e)
            {
                errors.Invalid(path, Taints, e.Message);
            }
        }

        if (Value(annotations, AvoidPods) is { } avoided)
        {
            ValidateAvoided(avoided, path, errors);
        }
    }

    private static void ValidateAvoided(string text, FieldPath path, FieldErrorList errors)
    {
        try
        {
            // Whether each of them has a controller, and one that controls; null for none.
            var controlled = AnnotationJson.Read(text, "v1", "AvoidPods")
                .Objects("preferAvoidPods", "v1", "PreferAvoidPodsEntry").Select(entry => entry.Object("podSignature", "v1", "PodSignature")
                    ?.Object("podController", "v1", "OwnerReference")?.Flag("controller"))
                .ToList();
            foreach (var (isController, i) in controlled.Select((isController, i) => (isController, i)))
            {
                var signature = path.Child(AvoidPods).Index(i).Child("PodSignature");
                if (isController is null)
                {
                    errors.Required(signature);
                }
                else if (isController == false)
                {
                    errors.Invalid(signature.Child("PodController", "Controller"), false, "must point to a controller");
                }
            }
        }
        catch (ObjectDecodeException e)
        {
            errors.Invalid(path.Child("AvoidPods"), AvoidPods, e.Message);
        }
    }

    // The names are those of upstream's internal types, which have none for JSON.
    private static V1Toleration ReadToleration(AnnotationJson json) => new()
    {
        Key = json.Text("Key"),
        Operator = json.Text("Operator", "core.TolerationOperator"),
        Value = json.Text("Value"),
        Effect = json.Text("Effect", "core.TaintEffect"),
        TolerationSeconds = json.Integer("TolerationSeconds"),
    };

    private static V1Taint ReadTaint(AnnotationJson json) => new()
    {
        Key = json.Text("Key"),
        Value = json.Text("Value"),
        Effect = json.Text("Effect", "core.TaintEffect"),
    };

    private static string? Value(JsonObject? annotations, string key) =>
        annotations is not null && annotations.TryGetPropertyValue(key, out var value) && (string?)value is { Length: > 0 } text
            ? text
            : null;
}
