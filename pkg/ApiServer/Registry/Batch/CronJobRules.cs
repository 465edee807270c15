using System.Text.Json.Nodes;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Registry.Batch;

/// <summary>
/// What CronJobs must obey; order, paths and words are those of k8s.io/kubernetes/pkg/apis/batch/validation.
/// </summary>
internal static class CronJobRules
{
    /// <summary>A Job's name is the CronJob's and "-" and ten digits, and must fit a label.</summary>
    private const int MaxNameBytes = 52;

    private const int MaxZonePartChars = 14;

    private static readonly FieldPath Spec = FieldPath.Of("spec");

    /// <summary>Checks a new CronJob, or a changed one against the stored one.</summary>
    public static void Validate(JsonObject obj, JsonObject? old, FieldErrorList errors)
    {
        var spec = obj.Child("spec") ?? [];
        ValidateSchedule(spec, old, errors);
        errors.NotNegative(Spec, spec, "startingDeadlineSeconds");
        if (old is null || !JsonNode.DeepEquals(spec["timeZone"], old.At("spec.timeZone")))
        {
            ValidateTimeZone(spec, errors);
        }

        var policy = spec.Text("concurrencyPolicy");
        if (policy.Length == 0)
        {
            errors.Required(Spec.Child("concurrencyPolicy"));
        }
        else if (policy is not ("Allow" or "Forbid" or "Replace"))
        {
            errors.NotOneOf(Spec.Child("concurrencyPolicy"), policy, "Allow", "Forbid", "Replace");
        }

        ValidateTemplate(
            spec.Child("jobTemplate").Child("spec") ?? [], old.Child("spec").Child("jobTemplate").Child("spec"),
            Spec.Child("jobTemplate", "spec"), errors);
        errors.NotNegative(Spec, spec, "successfulJobsHistoryLimit", "failedJobsHistoryLimit");
        if (old is null && obj.Text("metadata.name") is { Length: > MaxNameBytes } name)
        {
            errors.Invalid(FieldPath.Of("metadata", "name"), name, $"must be no more than {MaxNameBytes} bytes");
        }
    }

    private static void ValidateSchedule(JsonObject spec, JsonObject? old, FieldErrorList errors)
    {
        var (path, schedule) = (Spec.Child("schedule"), spec.Text("schedule"));
        if (schedule.Length == 0)
        {
            errors.Required(path);
            return;
        }

        if (CronSyntax.Check(schedule) is { } wrong)
        {
            errors.Invalid(path, schedule, wrong);
        }

        // Objects from before the field timeZone may go on naming a zone in their schedule.
        if (!schedule.Contains("TZ", StringComparison.Ordinal))
        {
            return;
        }

        if (!old.Text("spec.schedule").Contains("TZ", StringComparison.Ordinal))
        {
            errors.Invalid(path, schedule, "cannot use TZ or CRON_TZ in schedule, use timeZone field instead");
        }
        else if (spec["timeZone"] is not null)
        {
            errors.Invalid(path, schedule, "cannot use both timeZone field and TZ or CRON_TZ in schedule");
        }
    }

    private static void ValidateTimeZone(JsonObject spec, FieldErrorList errors)
    {
        if (spec["timeZone"] is null)
        {
            return;
        }

        var (path, zone) = (Spec.Child("timeZone"), spec.Text("timeZone"));
        if (zone.Length == 0)
        {
            errors.Invalid(path, zone, "timeZone must be nil or non-empty string");
        }
        else if (zone.Split('/').Any(part => !IsZonePart(part)))
        {
            errors.Invalid(path, zone, "unknown time zone " + zone);
        }
        else if (string.Equals(zone, "Local", StringComparison.OrdinalIgnoreCase))
        {
            errors.Invalid(path, zone, "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones");
            if (zone != "Local")
            {
                errors.Invalid(path, zone, "unknown time zone " + zone);
            }
        }
        else if (!TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _))
        {
            errors.Invalid(path, zone, "unknown time zone " + zone);
        }
    }

    // https://data.iana.org/time-zones/theory.html#naming
    private static bool IsZonePart(string part) => part is not ("." or "..") && !part.StartsWith('-')
        && part.Length is > 0 and <= MaxZonePartChars
        && part.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '+');

    private static void ValidateTemplate(
        JsonObject spec, JsonObject? old, FieldPath path, FieldErrorList errors)
    {
        JobSpecRules.Validate(spec, old, path, errors);
        if (spec.Child("selector") is { } selector)
        {
            errors.Invalid(
                path.Child("selector"), RuleExtensions.Shown(selector), "`selector` will be auto-generated");
        }

        if (spec.Flag("manualSelector"))
        {
            errors.NotOneOf(path.Child("manualSelector"), true, "nil", "false");
        }
    }
}
