using System.Globalization;
using System.Text.Json.Nodes;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Registry.Batch;

/// <summary>
/// What a Job's status may become. A Job ends once, for one reason, and with its pods counted (KEP-4368); order, paths
/// and words are those of k8s.io/kubernetes/pkg/apis/batch/validation and registry/batch/job. What a change leaves as
/// it was is not checked again.
/// </summary>
internal sealed class JobStatusRules(JsonObject job, JsonObject old, FieldErrorList errors)
{
    private static readonly FieldPath Path = FieldPath.Of("status");

    private readonly JsonObject _status = job.Child("status") ?? [];
    private readonly JsonObject _before = old.Child("status") ?? [];
    private readonly JsonObject _spec = job.Child("spec") ?? [];

    /// <summary>Checks a changed status against the stored one.</summary>
    public static void Validate(JsonObject job, JsonObject old, FieldErrorList errors)
    {
        var rules = new JobStatusRules(job, old, errors);
        rules.ValidateCounts();
        rules.ValidateEnd();
        rules.ValidateTimes();
        rules.ValidateReasons();
        rules.ValidateFinished();
        rules.ValidateIndexes();
        rules.ValidatePods();
        rules.ValidateSuccess();
        rules.ValidateKept();
    }

    private bool Complete => Is(job, "Complete");

    private bool Failed => Is(job, "Failed");

    private bool Finished => Complete || Failed;

    private bool CompleteChanged => Complete != Is(old, "Complete");

    private bool FinishedChanged => Finished != (Is(old, "Complete") || Is(old, "Failed"));

    private bool FailedChanged => Failed != Is(old, "Failed");

    private static bool Is(JsonObject job, string condition) => job.Condition(condition) == "True";

    private bool Changed(string field) => !JsonNode.DeepEquals(_status[field], _before[field]);

    private void ValidateCounts()
    {
        errors.NotNegative(Path, _status, "active", "succeeded", "failed", "ready", "terminating");
        var seen = new HashSet<string>();
        foreach (var field in new[] { "succeeded", "failed" })
        {
            foreach (var (uid, at) in _status.Texts("uncountedTerminatedPods." + field)
                .Indexed(Path.Child("uncountedTerminatedPods", field)))
            {
                if (uid.Length == 0)
                {
                    errors.Invalid(at, uid, "must not be empty");
                }
                else if (!seen.Add(uid))
                {
                    errors.Duplicate(at, uid);
                }
            }
        }
    }

    private void ValidateEnd()
    {
        if (Complete && Failed && (CompleteChanged || FailedChanged))
        {
            Conditions("cannot set Complete=True and Failed=true conditions");
        }

        if (Complete && Is(job, "FailureTarget")
            && (CompleteChanged || Is(old, "FailureTarget") != Is(job, "FailureTarget")))
        {
            Conditions("cannot set Complete=True and FailureTarget=true conditions");
        }
    }

    private void ValidateTimes()
    {
        var path = Path.Child("completionTime");
        var completion = _status.Text("completionTime");
        if (CompleteChanged || Changed("completionTime"))
        {
            if (completion.Length > 0 && !Complete)
            {
                errors.Invalid(
                    path, completion, "cannot set completionTime when there is no Complete=True condition");
            }

            if (completion.Length == 0 && Complete)
            {
                errors.Required(path, "completionTime is required for Complete jobs");
            }
        }

        if ((Changed("startTime") || Changed("completionTime")) && Time(completion) < Time(_status.Text("startTime")))
        {
            errors.Invalid(path, completion, "must be equal to or after `startTime`");
        }
    }

    private void ValidateReasons()
    {
        if ((FailedChanged || Changed("failedIndexes")) && Failed && !Is(job, "FailureTarget"))
        {
            Conditions("cannot set Failed=True condition without the FailureTarget=true condition");
        }

        if ((CompleteChanged || Is(old, "SuccessCriteriaMet") != Is(job, "SuccessCriteriaMet"))
            && Complete && !Is(job, "SuccessCriteriaMet"))
        {
            Conditions("cannot set Complete=True condition without the SuccessCriteriaMet=true condition");
        }
    }

    private void ValidateFinished()
    {
        if (!Finished)
        {
            return;
        }

        if ((FinishedChanged || Changed("active")) && _status.Integer("active") is > 0 and var active)
        {
            errors.Invalid(Path.Child("active"), active, "active>0 is invalid for finished job");
        }

        var neverRan = _spec.Flag("suspend") && _spec.Integer("completions") == 0;
        if ((FinishedChanged || Changed("startTime")) && !neverRan && _status["startTime"] is null)
        {
            errors.Required(Path.Child("startTime"), "startTime is required for finished job");
        }

        if ((FinishedChanged || Changed("uncountedTerminatedPods"))
            && _status.Count("uncountedTerminatedPods.succeeded") + _status.Count("uncountedTerminatedPods.failed") > 0)
        {
            errors.Invalid(
                Path.Child("uncountedTerminatedPods"), RuleExtensions.Shown(_status["uncountedTerminatedPods"]),
                "must be empty for finished job");
        }
    }

    private void ValidateIndexes()
    {
        var completions = _spec.Integer("completions");
        var (completed, failed) = (_status.Text("completedIndexes"), _status.Text("failedIndexes"));
        var (completedAt, failedAt) = (Path.Child("completedIndexes"), Path.Child("failedIndexes"));
        var perIndex = _spec["backoffLimitPerIndex"] is not null;
        if (Changed("completedIndexes") && completions is { } all && IndexIntervals.Check(completed, all).Wrong is { } wrong)
        {
            errors.Invalid(completedAt, completed, "error parsing completedIndexes: " + wrong);
        }

        if (Changed("failedIndexes") && completions is { } total && perIndex
            && IndexIntervals.Check(failed, total).Wrong is { } bad)
        {
            errors.Invalid(failedAt, failed, "error parsing failedIndexes: " + bad);
        }

        if (Changed("completedIndexes") && completed.Length > 0 && !JobSpecRules.IsIndexed(_spec))
        {
            errors.Invalid(
                completedAt, completed, "cannot set non-empty completedIndexes when non-indexed completion mode");
        }

        if (Changed("failedIndexes") && !perIndex && _status["failedIndexes"] is not null)
        {
            errors.Invalid(failedAt, failed, "cannot set non-null failedIndexes when backoffLimitPerIndex is null");
        }

        if ((Changed("failedIndexes") || Changed("completedIndexes"))
            && IndexIntervals.Overlap(completed, failed, completions ?? 0) is { } shared)
        {
            errors.Invalid(failedAt, failed, $"failedIndexes and completedIndexes overlap at index: {shared}");
        }
    }

    private void ValidatePods()
    {
        if (Finished && (FinishedChanged || Changed("terminating"))
            && _status.Integer("terminating") is > 0 and var terminating)
        {
            errors.Invalid(Path.Child("terminating"), terminating, "terminating>0 is invalid for finished job");
        }

        if ((Changed("ready") || Changed("active"))
            && _status.Integer("ready") is { } ready && ready > (_status.Integer("active") ?? 0))
        {
            errors.Invalid(Path.Child("ready"), ready, "cannot set more ready pods than active");
        }
    }

    private void ValidateSuccess()
    {
        if (Is(job, "SuccessCriteriaMet") && Failed)
        {
            Conditions("cannot set SuccessCriteriaMet=True and Failed=true conditions");
        }

        if (Is(job, "SuccessCriteriaMet") && Is(job, "FailureTarget"))
        {
            Conditions("cannot set SuccessCriteriaMet=True and FailureTarget=true conditions");
        }

        if (_spec.Child("successPolicy") is not null && !Is(job, "SuccessCriteriaMet") && Complete)
        {
            Conditions("cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True");
        }
    }

    private void ValidateKept()
    {
        foreach (var condition in new[] { "Failed", "Complete", "FailureTarget" })
        {
            if (Is(old, condition) && !Is(job, condition))
            {
                Conditions($"cannot disable the terminal {condition}=True condition");
            }
        }

        NotLess("failed");

        // An Indexed Job that is made smaller forgets pods that had succeeded.
        if (!JobSpecRules.IsIndexed(_spec) || _spec.Integer("completions") != _spec.Integer("parallelism"))
        {
            NotLess("succeeded");
        }

        if (_status["completionTime"] is not null && _before["completionTime"] is not null && Changed("completionTime"))
        {
            errors.Invalid(Path.Child("completionTime"), _status.Text("completionTime"), "field is immutable");
        }

        if (_before["startTime"] is not null && Changed("startTime") && !_spec.Flag("suspend"))
        {
            errors.Invalid(
                Path.Child("startTime"), RuleExtensions.Shown(_status["startTime"]),
                "field is immutable for unsuspended job once set");
        }

        if (Is(old, "SuccessCriteriaMet") && !Is(job, "SuccessCriteriaMet"))
        {
            Conditions("cannot disable the SuccessCriteriaMet=True condition");
        }

        if (Is(old, "Complete") && !Is(old, "SuccessCriteriaMet") && Is(job, "SuccessCriteriaMet"))
        {
            Conditions("cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions");
        }
    }

    private void NotLess(string counter)
    {
        var count = _status.Integer(counter) ?? 0;
        if (count < (_before.Integer(counter) ?? 0))
        {
            errors.Invalid(Path.Child(counter), count, $"cannot decrease the {counter} counter");
        }
    }

    private void Conditions(string detail) => errors.Invalid(Path.Child("conditions"), detail);

    private static DateTimeOffset? Time(string text) => DateTimeOffset.TryParse(
        text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
}
