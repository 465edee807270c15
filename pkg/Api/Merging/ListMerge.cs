using System.Text.Json.Nodes;
using Kube1.Api.FieldSets;

namespace Kube1.Api.Merging;

/// <summary>
/// The order of a merged set or keyed list: items of the configuration in its order, items that the live list has alone
/// where they stood among those that both have (structured-merge-diff/typed visitListItems).
/// </summary>
internal sealed class ListMerge
{
    private readonly JsonArray _live;
    private readonly PathElement[] _liveSteps;
    private readonly PathElement[] _wantedSteps;
    private readonly ListIndex _liveIndex;
    private readonly ListIndex _wantedIndex;
    private readonly MergeRule _rule;
    private readonly Func<JsonNode?, JsonNode?, MergeRule, JsonNode?> _mergeItem;
    private readonly HashSet<PathElement> _taken = [];
    private readonly JsonArray _result = [];

    // The items that both have, in the configuration's order; the first one is what the live list is held back for.
    private readonly Queue<PathElement> _shared;

    private ListMerge(
        JsonArray live, JsonArray wanted, MergeRule rule, Func<JsonNode?, JsonNode?, MergeRule, JsonNode?> mergeItem)
    {
        _live = live;
        _rule = rule;
        _mergeItem = mergeItem;
        _liveSteps = ListItems.StepsOf(rule, live);
        _wantedSteps = ListItems.StepsOf(rule, wanted);
        _liveIndex = new ListIndex(live, _liveSteps);
        _wantedIndex = new ListIndex(wanted, _wantedSteps);
        _shared = new Queue<PathElement>(_wantedSteps.Where(_liveIndex.Has));
    }

    /// <summary>The merged list; items of both lists are copied.</summary>
    public static JsonArray Merge(
        JsonArray live, JsonArray wanted, MergeRule rule, Func<JsonNode?, JsonNode?, MergeRule, JsonNode?> mergeItem) =>
        new ListMerge(live, wanted, rule, mergeItem).Run();

    private JsonArray Run()
    {
        var (left, right) = (0, 0);
        while (left < _liveSteps.Length || right < _wantedSteps.Length)
        {
            if (left < _liveSteps.Length && right < _wantedSteps.Length)
            {
                if (_liveSteps[left].Equals(_wantedSteps[right]))
                {
                    Take(_wantedSteps[right]);
                    _shared.TryDequeue(out _);
                    left++;
                    right++;
                    continue;
                }

                if (_wantedIndex.Has(_liveSteps[left])
                    && _shared.TryPeek(out var next) && !next.Equals(_liveSteps[left]))
                {
                    // Shared, but not the one whose turn it is: the configuration will place it.
                    left++;
                    continue;
                }
            }

            if (left < _liveSteps.Length)
            {
                if (!_wantedIndex.Has(_liveSteps[left]))
                {
                    _result.Add(_live[left]?.DeepClone());
                    left++;
                    continue;
                }

                if (_taken.Contains(_liveSteps[left]))
                {
                    left++;
                }
            }

            if (right < _wantedSteps.Length)
            {
                var step = _wantedSteps[right++];
                Take(step);
                if (_shared.TryPeek(out var next) && next.Equals(step))
                {
                    _shared.Dequeue();
                }
            }
        }

        return _result;
    }

    // An item of the configuration, merged with the live one; live ones that stand twice are not merged.
    private void Take(PathElement step)
    {
        _taken.Add(step);
        var wanted = _wantedIndex.Of(step)[0];
        _result.Add(_liveIndex.Of(step) is [var live] ? _mergeItem(live, wanted, _rule.Element) : wanted?.DeepClone());
    }
}
